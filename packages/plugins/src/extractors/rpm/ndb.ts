import { AppError } from "@zerotrace/core";

const PAGE_BYTES = 4096;
const SLOT_BYTES = 16;
const HEAD_BYTES = 32;
const BLOCK_BYTES = 16;
const BLOB_HEAD_BYTES = 16;
/** Pages of slots (count): room for a million packages. */
const MAX_SLOT_PAGES = 4096;
const magic = (text: string): number => new DataView(new TextEncoder().encode(text).buffer).getUint32(0, true);
const FILE_MAGIC = magic("RpmP");
const SLOT_MAGIC = magic("Slot");
const BLOB_MAGIC = magic("BlbS");

/**
 * The header blobs of rpm's ndb database (`Packages.db`, SUSE): a head, pages of slots, blobs in blocks of 16 bytes,
 * all little-endian. Throws AppError UNREADABLE when the file is not one; a damaged slot goes to `problem`.
 */
export function* ndbBlobs(bytes: Uint8Array, problem: (text: string) => void): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEAD_BYTES || view.getUint32(0, true) !== FILE_MAGIC || view.getUint32(4, true) !== 0) {
    throw new AppError("UNREADABLE", "Packages.db is not an ndb database of a known version.");
  }
  const slotPages = view.getUint32(12, true);
  const slotsEnd = slotPages * PAGE_BYTES;
  if (slotPages === 0 || slotPages > MAX_SLOT_PAGES || slotsEnd > bytes.length) {
    throw new AppError("UNREADABLE", "Packages.db is cut off or damaged: its slots do not fit.");
  }
  for (let at = HEAD_BYTES; at < slotsEnd; at += SLOT_BYTES) {
    if (view.getUint32(at, true) !== SLOT_MAGIC) {
      problem(`the slot at byte ${at} is damaged`);
      continue;
    }
    const packageIndex = view.getUint32(at + 4, true);
    const blobAt = view.getUint32(at + 8, true) * BLOCK_BYTES;
    // A slot without a block is free.
    if (blobAt === 0) continue;
    const spanBytes = view.getUint32(at + 12, true) * BLOCK_BYTES;
    const start = blobAt + BLOB_HEAD_BYTES;
    const fits = blobAt >= slotsEnd && start <= bytes.length;
    const sizeBytes = fits && view.getUint32(blobAt, true) === BLOB_MAGIC ? view.getUint32(blobAt + 12, true) : -1;
    if (sizeBytes < 0 || sizeBytes > spanBytes || start + sizeBytes > bytes.length) {
      problem(`the entry ${packageIndex} lies outside the file`);
    } else if (view.getUint32(blobAt + 4, true) !== packageIndex) {
      problem(`the entry ${packageIndex} holds another package`);
    } else {
      yield bytes.subarray(start, start + sizeBytes);
    }
  }
}
