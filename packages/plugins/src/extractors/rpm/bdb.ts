import { AppError } from "@zerotrace/core";

/** Of DB_HASHMAGIC; read in the other order it says that the file is big-endian. */
const HASH_MAGIC = 0x061561;
/** The head that all pages share: LSN, numbers of this page and its neighbors, count of entries, offset, level, type. */
const HEAD_BYTES = 26;
const META_BYTES = 512;
const MIN_PAGE_BYTES = 512;
const MAX_PAGE_BYTES = 65_536;
/** Bytes of one header; the largest real ones (kernel sources, texlive) have about 16 MB. */
const MAX_BLOB_BYTES = 64 * 1024 * 1024;
const PAGE = { hashUnsorted: 2, overflow: 7, hash: 13 } as const;
const ITEM = { onPage: 1, offPage: 3 } as const;
/** An item that lies elsewhere: its type and three unused bytes, the first page, the length. */
const OFF_PAGE_BYTES = 12;

/**
 * The header blobs of rpm's Berkeley DB (`Packages`, rpm before 4.16): a hash whose values lie on chains of overflow pages. Each overflow page is read at
 * most once, so that the cost is that of the file. Throws AppError UNREADABLE when the file is no such database; a damaged entry
 * goes to `problem`. Source: dbinc/db_page.h of Berkeley DB 5.3.
 */
export function* bdbBlobs(bytes: Uint8Array, problem: (text: string) => void): Generator<Uint8Array> {
  const book = openBook(bytes);
  for (let number = 1; number < book.pageCount; number += 1) {
    const at = number * book.pageBytes;
    const type = bytes[at + 25];
    if (type !== PAGE.hash && type !== PAGE.hashUnsorted) continue;
    const entryCount = book.u16(at + 20);
    if (HEAD_BYTES + entryCount * 2 > book.pageBytes) {
      problem(`the page ${number} is damaged: its entries do not fit`);
      continue;
    }
    // Entries come in pairs: a package's number, then its header.
    for (let entry = 0; entry + 1 < entryCount; entry += 2) {
      const key = itemOf(book, number, entry);
      const value = itemOf(book, number, entry + 1);
      const blob = key === null || value === null ? null : blobOf(book, value);
      if (blob === null) problem(`the entry ${entry / 2} of page ${number} cannot be read`);
      // The number 0 holds the highest number given and no package.
      else if (key!.subarray(1).some((byte) => byte !== 0)) yield blob;
    }
  }
}

interface Book {
  readonly bytes: Uint8Array;
  readonly pageBytes: number;
  readonly pageCount: number;
  readonly u16: (at: number) => number;
  readonly u32: (at: number) => number;
  /** Overflow pages that were read. */
  readonly read: Set<number>;
}

const openBook = (bytes: Uint8Array): Book => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < META_BYTES) throw damaged("it is shorter than its first page");
  const isLittle = view.getUint32(12, true) === HASH_MAGIC;
  if (!isLittle && view.getUint32(12, false) !== HASH_MAGIC) throw damaged("it is no hash database");
  if (view.getUint8(24) !== 0) throw damaged("it is encrypted");
  const pageBytes = view.getUint32(20, isLittle);
  const isSize = pageBytes >= MIN_PAGE_BYTES && pageBytes <= MAX_PAGE_BYTES && (pageBytes & (pageBytes - 1)) === 0;
  if (!isSize) throw damaged(`its pages have ${pageBytes} bytes`);
  const pageCount = Math.min(view.getUint32(32, isLittle) + 1, Math.floor(bytes.length / pageBytes));
  return {
    bytes,
    pageBytes,
    pageCount,
    u16: (at) => view.getUint16(at, isLittle),
    u32: (at) => view.getUint32(at, isLittle),
    read: new Set(),
  };
};

/** An item with its type in front. Items fill a page from its end; each ends where the one before it begins. */
const itemOf = (book: Book, page: number, entry: number): Uint8Array | null => {
  const start = page * book.pageBytes;
  const from = book.u16(start + HEAD_BYTES + entry * 2);
  const to = entry === 0 ? book.pageBytes : book.u16(start + HEAD_BYTES + (entry - 1) * 2);
  return from < HEAD_BYTES || from >= to || to > book.pageBytes ? null : book.bytes.subarray(start + from, start + to);
};

const blobOf = (book: Book, item: Uint8Array): Uint8Array | null => {
  if (item[0] === ITEM.onPage) return item.subarray(1);
  if (item[0] !== ITEM.offPage || item.length < OFF_PAGE_BYTES) return null;
  const at = item.byteOffset - book.bytes.byteOffset;
  const sizeBytes = book.u32(at + 8);
  if (sizeBytes > MAX_BLOB_BYTES || sizeBytes > book.bytes.length) return null;
  const blob = new Uint8Array(sizeBytes);
  let filled = 0;
  for (let page = book.u32(at + 4); filled < sizeBytes;) {
    const start = page * book.pageBytes;
    if (page === 0 || page >= book.pageCount || book.bytes[start + 25] !== PAGE.overflow || book.read.has(page)) {
      return null;
    }
    book.read.add(page);
    const length = book.u16(start + 22);
    if (length === 0 || HEAD_BYTES + length > book.pageBytes || filled + length > sizeBytes) return null;
    blob.set(book.bytes.subarray(start + HEAD_BYTES, start + HEAD_BYTES + length), filled);
    filled += length;
    page = book.u32(start + 16);
  }
  return blob;
};

const damaged = (why: string): AppError => new AppError("UNREADABLE", `Packages is no Berkeley DB of rpm: ${why}.`);
