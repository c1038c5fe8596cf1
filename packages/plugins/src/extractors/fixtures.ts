import type { HostFs } from "../plugin.ts";

/** A HostFs over texts and bytes by absolute path, for tests. `realPath` gives what `onDisk` names, else the path. */
export const fakeFs = (
  files: Readonly<Record<string, string | Uint8Array>>,
  onDisk: Readonly<Record<string, string>> = {},
): HostFs => ({
  read: async (path) => {
    const file = files[path];
    return file === undefined ? null : typeof file === "string" ? new TextEncoder().encode(file) : file;
  },
  list: async (path) => {
    const names = [...Object.keys(files), ...Object.keys(onDisk)]
      .filter((file) => file.startsWith(`${path}/`))
      .map((file) => file.slice(path.length + 1).split("/")[0] ?? "")
      .filter((name) => name !== "");
    const isThere = names.length > 0 || Object.keys(files).includes(`${path}/`);
    return isThere ? [...new Set(names)].sort() : null;
  },
  realPath: (path) => onDisk[path] ?? path,
});

/** The bytes of an rpm header with these string and number tags, as rpm's databases keep them. */
export const rpmHeader = (tags: Readonly<Record<number, string | number | readonly string[]>>): Uint8Array => {
  const index: number[] = [];
  const store: number[] = [];
  for (const [tag, value] of Object.entries(tags)) {
    const isNumber = typeof value === "number";
    if (isNumber) store.push(...Array.from({ length: -store.length & 3 }, () => 0));
    const texts = isNumber ? [] : typeof value === "string" ? [value] : value;
    index.push(
      Number(tag),
      isNumber ? 4 : typeof value === "string" ? 6 : 8,
      store.length,
      isNumber ? 1 : texts.length,
    );
    if (isNumber) store.push(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
    for (const text of texts) store.push(...new TextEncoder().encode(text), 0);
  }
  const bytes = new Uint8Array(8 + index.length * 4 + store.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, index.length / 4);
  view.setUint32(4, store.length);
  index.forEach((word, i) => view.setUint32(8 + i * 4, word));
  bytes.set(store, 8 + index.length * 4);
  return bytes;
};

/** The bytes of an ndb database that holds the blobs. */
export const ndbFile = (blobs: readonly Uint8Array[]): Uint8Array => {
  const pageBytes = 4096;
  const spans = blobs.map((blob) => Math.ceil((blob.length + 28) / 16) * 16);
  const bytes = new Uint8Array(pageBytes + spans.reduce((a, b) => a + b, 0));
  const view = new DataView(bytes.buffer);
  const text = (at: number, word: string): void => bytes.set(new TextEncoder().encode(word), at);
  text(0, "RpmP");
  view.setUint32(12, 1, true);
  for (let at = 32; at < pageBytes; at += 16) text(at, "Slot");
  let at = pageBytes;
  blobs.forEach((blob, i) => {
    const span = spans[i] ?? 0;
    [i + 1, at / 16, span / 16].forEach((word, n) => view.setUint32(32 + i * 16 + 4 + n * 4, word, true));
    text(at, "BlbS");
    view.setUint32(at + 4, i + 1, true);
    view.setUint32(at + 12, blob.length, true);
    bytes.set(blob, at + 16);
    view.setUint32(at + span - 8, blob.length, true);
    text(at + span - 4, "BlbE");
    at += span;
  });
  return bytes;
};
