import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** The first bytes of a bundle. */
export const BUNDLE_MAGIC = Buffer.from("ZTBUND\0\x01", "latin1");

/** Whether a file begins as a bundle; false when there is none. */
export const isBundle = (path: string): boolean => {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return false;
  }
  try {
    const head = Buffer.alloc(BUNDLE_MAGIC.length);
    return fstatSync(fd).isFile() && readSync(fd, head, 0, head.length, 0) === head.length && head.equals(BUNDLE_MAGIC);
  } finally {
    closeSync(fd);
  }
};

/** Whether a location is the file of a bundle. */
export const isBundleLocation = (location: string): boolean => !/^https?:\/\//i.test(location) && isBundle(location);
