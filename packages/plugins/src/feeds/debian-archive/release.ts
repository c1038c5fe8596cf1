/** The distribution of a host, as far as this feed needs it. */
export interface Release {
  readonly id: "debian" | "ubuntu";
  /** `bookworm`, `jammy` … */
  readonly codename: string;
  /** OSV's name of it: `Debian:12`, `Ubuntu:22.04:LTS`. */
  readonly ecosystem: string;
  /** The `Origin` that its archives carry. */
  readonly origin: "Debian" | "Ubuntu";
}

/** Reads os-release(5). Null for every other distribution and for releases without a number (testing, unstable). */
export function parseRelease(text: string): Release | null {
  const fields = new Map<string, string>();
  for (const line of text.split("\n").slice(0, 200)) {
    const match = /^([A-Z_]+)=(?:"([^"]*)"|'([^']*)'|(.*))$/.exec(line.trim());
    if (match) fields.set(match[1] as string, match[2] ?? match[3] ?? match[4] ?? "");
  }
  const versionId = fields.get("VERSION_ID") ?? "";
  const codename = fields.get("VERSION_CODENAME") ?? "";
  if (!/^[a-z]+$/.test(codename)) return null;
  if (fields.get("ID") === "debian" && /^\d+$/.test(versionId)) {
    return { id: "debian", codename, ecosystem: `Debian:${versionId}`, origin: "Debian" };
  }
  if (fields.get("ID") === "ubuntu" && /^\d+\.\d+$/.test(versionId)) {
    const lts = /\bLTS\b/.test(fields.get("VERSION") ?? "") ? ":LTS" : "";
    return { id: "ubuntu", codename, ecosystem: `Ubuntu:${versionId}${lts}`, origin: "Ubuntu" };
  }
  return null;
}
