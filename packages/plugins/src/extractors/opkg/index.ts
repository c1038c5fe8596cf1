import { readDpkgStatus } from "../dpkg/status.ts";
import type { Extractor } from "../extractor.ts";
import { gather, osEcosystem } from "../gather.ts";

/** Bytes of a status file; routers have some hundred packages. */
const MAX_STATUS_BYTES = 32 * 1024 * 1024;
/** OpenWrt, Yocto and Entware. */
const STATUS_FILES = ["/usr/lib/opkg/status", "/var/lib/opkg/status", "/opt/lib/opkg/status"];

/** Packages of OpenWrt and other small systems; the database is written as dpkg's. */
export const opkg: Extractor = {
  descriptor: {
    id: "opkg",
    title: "opkg packages",
    summary: "Installed packages from opkg's status files",
    source: "opkg(1), deb-control(5)",
    version: "1",
  },
  extract: async ({ fs, os, signal }) => {
    const into = gather("the opkg database");
    let isThere = false;
    for (const path of STATUS_FILES) {
      const bytes = await fs.read(path, MAX_STATUS_BYTES);
      if (bytes === null) continue;
      isThere = true;
      readDpkgStatus(bytes, osEcosystem(os, "opkg"), into, { signal });
    }
    return isThere ? into.finish() : null;
  },
};
