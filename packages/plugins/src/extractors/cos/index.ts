import { AppError, messageOf } from "@zerotrace/core";
import type { Extractor } from "../extractor.ts";
import { gather } from "../gather.ts";
import { listOf, recordOf, wordOf } from "../text-file.ts";

const PACKAGES = "/etc/cos-package-info.json";
/** Bytes of the list; real ones have about 100 KB. */
const MAX_LIST_BYTES = 16 * 1024 * 1024;

/** Packages of Google's Container-Optimized OS. What only its build needed is left out. */
export const cos: Extractor = {
  descriptor: {
    id: "cos",
    title: "Container-Optimized OS packages",
    summary: "Installed packages of Google's Container-Optimized OS from its own list",
    source: "cloud.google.com/container-optimized-os",
    version: "1",
  },
  extract: async ({ fs, signal }) => {
    const bytes = await fs.read(PACKAGES, MAX_LIST_BYTES);
    if (bytes === null) return null;
    signal.throwIfAborted();
    const into = gather("the list of Container-Optimized OS");
    for (const value of listOf(parsedList(bytes)["installedPackages"])) {
      const fields = recordOf(value) ?? {};
      into.add({ ecosystem: "COS", name: wordOf(fields["name"]) ?? "", version: wordOf(fields["version"]) ?? "" });
    }
    return into.finish();
  },
};

const parsedList = (bytes: Uint8Array): Readonly<Record<string, unknown>> => {
  try {
    const list = recordOf(JSON.parse(new TextDecoder().decode(bytes)));
    if (list !== null) return list;
  } catch (cause) {
    throw new AppError("UNREADABLE", `${PACKAGES} cannot be read: ${messageOf(cause)}.`, { cause });
  }
  throw new AppError("UNREADABLE", `${PACKAGES} cannot be read: it is no object.`);
};
