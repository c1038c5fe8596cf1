import { SYSTEM_ECOSYSTEM } from "@zerotrace/core";
import type { OsRelease, SourceInventory } from "./extractor.ts";
import { gather } from "./gather.ts";

/** The name of the source that holds the system itself. */
export const SYSTEM_SOURCE = "system";

/**
 * The system itself as a component, `pkg:generic/<ID>@<VERSION_ID>` in the ecosystem `OS`, so that its end of life can be a
 * finding. Null for a system without a version: it has no release that could end.
 */
export const systemInventory = (os: OsRelease): SourceInventory | null => {
  if (os.id === "" || os.versionId === "") return null;
  const into = gather("os-release");
  into.add({ ecosystem: SYSTEM_ECOSYSTEM, name: os.id, version: os.versionId.replaceAll(/\s+/g, "-") });
  return { source: SYSTEM_SOURCE, status: "ok", ...into.finish() };
};
