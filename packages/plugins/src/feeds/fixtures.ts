import { mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import type { AdvisoryRecord, CveEnrichment, LifeCycle } from "@zerotrace/core";
import type { FeedContext, FeedSink } from "./feed.ts";

/** An empty folder of its own. */
export const freshFolder = (): string => mkdtempSync(join(tmpdir(), "zerotrace-feeds-"));

/** One file of `zipOf`; the declared size and CRC can be made to lie. */
export interface ZipFixture {
  readonly name: string;
  readonly bytes: Buffer;
  readonly declaredBytes?: number;
  readonly declaredCrc?: number;
}

/** A small zip archive, deflated. */
export function zipOf(files: readonly ZipFixture[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const name = Buffer.from(file.name);
    const packed = deflateRawSync(file.bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(file.declaredCrc ?? crc32(file.bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(file.declaredBytes ?? file.bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), common, name, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00", "latin1"), common, tail, name]));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
}

/** An OSV record about the npm package `left`, fixed in 2.0.0. */
export const recordJson = (id: string, modified = "2026-01-01T00:00:00Z"): Buffer =>
  Buffer.from(
    JSON.stringify({
      id,
      modified,
      affected: [
        {
          package: { ecosystem: "npm", name: "left" },
          ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed: "2.0.0" }] }],
        },
      ],
    }),
  );

/** A context over a folder of its own. */
export const contextOf = (signal: AbortSignal = new AbortController().signal): FeedContext => ({
  cacheDir: freshFolder(),
  isShared: true,
  fetch: globalThis.fetch,
  clock: () => new Date("2026-02-03T04:05:06Z"),
  signal,
  onProgress: () => undefined,
});

/** A sink that keeps what it is told. */
export function recordingSink() {
  const records: AdvisoryRecord[] = [];
  const kev: [string, string][] = [];
  const epss: [string, number, number][] = [];
  const cves: CveEnrichment[] = [];
  const cweNames: [string, string][] = [];
  const lifeCycles: LifeCycle[] = [];
  const sink: FeedSink = {
    record: (record) => void records.push(record),
    kev: (cveId, addedAt) => void kev.push([cveId, addedAt]),
    epss: (cveId, score, percentile) => void epss.push([cveId, score, percentile]),
    cve: (entry) => void cves.push(entry),
    cwe: (id, name) => void cweNames.push([id, name]),
    lifeCycle: (product) => void lifeCycles.push(product),
  };
  return { sink, records, kev, epss, cves, cweNames, lifeCycles };
}

/** A real server on loopback for the length of `use`. */
export async function withServer<T>(listener: RequestListener, use: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
