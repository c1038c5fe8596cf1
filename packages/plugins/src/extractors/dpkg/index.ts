import { gather, osEcosystem } from "../gather.ts";
import type { Extractor } from "../extractor.ts";
import { MAX_STATUS_BYTES, MAX_STATUS_D_BYTES, STATUS, STATUS_D } from "./places.ts";
import { readDpkgStatus } from "./status.ts";

/** Debian's and Ubuntu's packages; also those of distroless images, which have one file per package. */
export const dpkg: Extractor = {
  descriptor: {
    id: "dpkg",
    title: "Debian packages",
    summary: "Installed packages from dpkg's status file and from status.d of distroless images",
    source: "dpkg(1), deb-control(5)",
    version: "1",
  },
  extract: async ({ fs, os, signal }) => {
    const status = await fs.read(STATUS, MAX_STATUS_BYTES);
    const names = await fs.list(STATUS_D);
    if (status === null && names === null) return null;
    const into = gather("the dpkg database");
    const ecosystem = osEcosystem(os, "dpkg");
    if (status !== null) readDpkgStatus(status, ecosystem, into, { signal });
    for (const name of names ?? []) {
      signal.throwIfAborted();
      if (name.endsWith(".md5sums")) continue;
      const bytes = await fs.read(`${STATUS_D}/${name}`, MAX_STATUS_D_BYTES);
      if (bytes !== null) readDpkgStatus(bytes, ecosystem, into, { statusOptional: true, signal });
    }
    return into.finish();
  },
};
