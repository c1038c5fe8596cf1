import type { HostFs } from "../plugin.ts";
import type { OsRelease } from "./extractor.ts";

/** What `pro status` says, kept by the client; readable by everybody. */
const STATUS = "/var/lib/ubuntu-advantage/status.json";
const SOURCES = "/etc/apt/sources.list.d";
/** Bytes; real ones have a few KiB. */
const MAX_STATUS_BYTES = 1024 * 1024;
const MAX_SOURCES_BYTES = 64 * 1024;
const ESM_SERVICES: ReadonlySet<string> = new Set(["esm-infra", "esm-apps"]);

/**
 * The system with the ecosystem of Ubuntu Pro (`Ubuntu:Pro:22.04:LTS`) where its client says that esm-infra or esm-apps is enabled,
 * or apt reads the archive of one of them; else as it is. A file that cannot be read says nothing. Never throws.
 */
export const withUbuntuPro = async (fs: HostFs, os: OsRelease): Promise<OsRelease> => {
  if (os.id !== "ubuntu" || !/^Ubuntu:\d/.test(os.ecosystem) || !(await hasEsm(fs))) return os;
  return { ...os, ecosystem: os.ecosystem.replace("Ubuntu:", "Ubuntu:Pro:") };
};

const hasEsm = async (fs: HostFs): Promise<boolean> => {
  const status = servicesOf(await textOf(fs, STATUS, MAX_STATUS_BYTES));
  if (status !== null) return status.some((name) => ESM_SERVICES.has(name));
  const names = await fs.list(SOURCES).catch(() => null);
  for (const name of names ?? []) {
    if (!/^ubuntu-esm-(?:infra|apps)(?:-[a-z]+)?\.(?:list|sources)$/.test(name)) continue;
    if (readsEsm(await textOf(fs, `${SOURCES}/${name}`, MAX_SOURCES_BYTES))) return true;
  }
  return false;
};

/** The enabled services of status.json; null when it is no such file. */
const servicesOf = (text: string): string[] | null => {
  try {
    const { services } = JSON.parse(text) as { services?: unknown };
    if (!Array.isArray(services)) return null;
    return (services as { name?: unknown; status?: unknown }[]).flatMap((one) =>
      one?.status === "enabled" && typeof one.name === "string" ? [one.name] : [],
    );
  } catch {
    return null;
  }
};

/** One-line and deb822 style; a line that is commented out and a source that is switched off say nothing. */
const readsEsm = (text: string): boolean =>
  !/^Enabled:\s*no\b/im.test(text) && /^(?:deb\s|URIs:).*\bhttps?:\/\/esm\.ubuntu\.com\b/m.test(text);

const textOf = async (fs: HostFs, path: string, maxBytes: number): Promise<string> => {
  try {
    return new TextDecoder().decode((await fs.read(path, maxBytes)) ?? new Uint8Array());
  } catch {
    return "";
  }
};
