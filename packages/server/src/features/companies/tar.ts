import { AppError } from "@zerotrace/core";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

const BLOCK_BYTES = 512;
/** Collected before it is written. */
const CHUNK_BYTES = 1 << 20;
/** What the size of a file in a ustar header can say. */
const FILE_BYTES_MAX = 8 * 1024 ** 3 - 1;
const NAME_BYTES_MAX = 100;

/** One file of an archive. */
export interface TarFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly lineCount: number;
  readonly sha256: string;
}

/** Writes a tar archive file by file, without knowing sizes before; nothing is held in memory. */
export interface TarWriter {
  /** Adds a file of these lines, each of which gets its end. Throws PAYLOAD_TOO_LARGE over the bound of the archive. */
  add(name: string, lines: AsyncIterable<string>): Promise<TarFile>;
  /** Ends the archive; answers its size and SHA-256. */
  finish(): Promise<{ sizeBytes: number; sha256: string }>;
  close(): Promise<void>;
}

const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, "0")}\0`;

/** A ustar header (POSIX 1003.1). */
const headerOf = (name: string, sizeBytes: number, at: Date): Buffer => {
  if (Buffer.byteLength(name) > NAME_BYTES_MAX) throw new Error("a name is too long for a tar header");
  const header = Buffer.alloc(BLOCK_BYTES);
  const put = (text: string, offset: number): void => void header.write(text, offset, "latin1");
  header.write(name, 0, "utf8");
  put(octal(0o600, 8), 100);
  put(octal(0, 8), 108);
  put(octal(0, 8), 116);
  put(octal(sizeBytes, 12), 124);
  put(octal(Math.floor(at.getTime() / 1000), 12), 136);
  put("        ", 148);
  put("0", 156);
  put("ustar", 257);
  put("00", 263);
  put(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      7,
    )} `,
    148,
  );
  return header;
};

const hashOfFile = async (path: string): Promise<string> => {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
};

const padding = (sizeBytes: number): number => (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES;

/** Opens a new archive that is never larger than `bytesMax`. `onWritten` hears of its size from time to time, and may throw. */
export const createTar = async (
  path: string,
  { at, bytesMax, onWritten }: { at: Date; bytesMax: number; onWritten: (sizeBytes: number) => Promise<void> },
): Promise<TarWriter> => {
  const file: FileHandle = await open(path, "w", 0o600);
  let position = 0;
  const write = async (bytes: Buffer): Promise<void> => {
    if (position + bytes.length > bytesMax) {
      throw new AppError("PAYLOAD_TOO_LARGE", `The archive would be larger than ${bytesMax} bytes.`);
    }
    await file.write(bytes, 0, bytes.length, position);
    position += bytes.length;
    await onWritten(position);
  };
  return {
    add: async (name, lines) => {
      const from = position;
      const hash = createHash("sha256");
      let [sizeBytes, lineCount] = [0, 0];
      let waiting: string[] = [];
      let waitingChars = 0;
      const flush = async (): Promise<void> => {
        if (waiting.length === 0) return;
        const bytes = Buffer.from(`${waiting.join("\n")}\n`);
        [waiting, waitingChars] = [[], 0];
        hash.update(bytes);
        sizeBytes += bytes.length;
        if (sizeBytes > FILE_BYTES_MAX) throw new AppError("PAYLOAD_TOO_LARGE", `${name} is larger than 8 GiB.`);
        await write(bytes);
      };
      await write(Buffer.alloc(BLOCK_BYTES));
      for await (const line of lines) {
        waiting.push(line);
        waitingChars += line.length;
        lineCount += 1;
        if (waitingChars > CHUNK_BYTES) await flush();
      }
      await flush();
      await write(Buffer.alloc(padding(sizeBytes)));
      await file.write(headerOf(name, sizeBytes, at), 0, BLOCK_BYTES, from);
      return { name, sizeBytes, lineCount, sha256: hash.digest("hex") };
    },
    finish: async () => {
      await write(Buffer.alloc(2 * BLOCK_BYTES));
      await file.sync();
      return { sizeBytes: position, sha256: await hashOfFile(path) };
    },
    close: () => file.close(),
  };
};
