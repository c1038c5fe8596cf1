import { AppError, type Component, judgedAs } from "@zerotrace/core";
import type { ExtractContext } from "../extractor.ts";
import { gather, osEcosystem } from "../gather.ts";
import type { OwnedFile } from "../owned-file.ts";
import { MAX_STATUS_BYTES, MAX_STATUS_D_BYTES, STATUS, STATUS_D } from "./places.ts";
import { readDpkgStatus } from "./status.ts";

const INFO = "/var/lib/dpkg/info";
const DIVERSIONS = "/var/lib/dpkg/diversions";
/** Bytes of one file list or list of checksums; the largest packages have about 3 MB. */
const MAX_LIST_BYTES = 32 * 1024 * 1024;
/** Bytes of all file lists; a desktop has about 50 MB. */
const MAX_LISTS_BYTES = 512 * 1024 * 1024;
const MAX_DIVERSIONS_BYTES = 4 * 1024 * 1024;

type Wanted = (baseName: string) => boolean;

/**
 * The files of installed packages whose base name is `wanted`, one list at a time, with dpkg's diversions: a file that was
 * moved aside is owned where it went. Packages of status.d (distroless images) list theirs in `<name>.md5sums`. Throws
 * AppError UNREADABLE over the bounds.
 */
export async function* dpkgFiles(context: ExtractContext, wanted: Wanted): AsyncGenerator<OwnedFile> {
  const { fs, signal } = context;
  const names = ((await fs.list(INFO)) ?? []).filter((name) => name.endsWith(".list"));
  const packages = names.length === 0 ? new Map<string, Component>() : await packagesOf(context);
  const diversions = parseDiversions(await textOf(context, DIVERSIONS, MAX_DIVERSIONS_BYTES));
  let sizeBytes = 0;
  for (const name of names) {
    signal.throwIfAborted();
    const listed = name.slice(0, -".list".length);
    const text = await textOf(context, `${INFO}/${name}`, MAX_LIST_BYTES);
    sizeBytes += text.length;
    if (sizeBytes > MAX_LISTS_BYTES) {
      throw new AppError("UNREADABLE", `dpkg's file lists are larger than ${MAX_LISTS_BYTES} bytes together.`);
    }
    const paths = [...linesWanted(text, wanted)];
    const component = packages.get(listed);
    // A package that was removed leaves its list behind while it keeps configuration files.
    if (paths.length === 0 || component === undefined) continue;
    const sums = parseSums(await textOf(context, `${INFO}/${listed}.md5sums`, MAX_LIST_BYTES));
    const packageName = listed.split(":")[0] ?? listed;
    for (const path of paths) {
      const diverted = diversions.get(path);
      const isMoved = diverted !== undefined && diverted.by !== packageName;
      yield owned(isMoved ? diverted.to : path, component, sums.get(path));
    }
  }
  yield* distrolessFiles(context, wanted);
}

async function* distrolessFiles(context: ExtractContext, wanted: Wanted): AsyncGenerator<OwnedFile> {
  const { fs, os, signal } = context;
  for (const name of (await fs.list(STATUS_D)) ?? []) {
    if (!name.endsWith(".md5sums")) continue;
    signal.throwIfAborted();
    const sums = parseSums(await textOf(context, `${STATUS_D}/${name}`, MAX_LIST_BYTES));
    const files = [...sums].filter(([path]) => wanted(path.slice(path.lastIndexOf("/") + 1)));
    if (files.length === 0) continue;
    const status = await fs.read(`${STATUS_D}/${name.slice(0, -".md5sums".length)}`, MAX_STATUS_D_BYTES);
    if (status === null) continue;
    const into = gather("status.d");
    readDpkgStatus(status, osEcosystem(os, "dpkg"), into, { statusOptional: true, signal });
    const component = into.finish().components[0];
    if (component !== undefined) for (const [path, sum] of files) yield owned(path, component, sum);
  }
}

const owned = (path: string, component: Component, md5: string | undefined): OwnedFile => ({
  path,
  owner: judgedAs(component),
  ...(md5 === undefined ? {} : { digest: { algorithm: "md5", hex: md5 } }),
});

/** By the names of their lists: `bash`, and `libc6:amd64` where several architectures may be installed. */
const packagesOf = async ({ fs, os, signal }: ExtractContext): Promise<Map<string, Component>> => {
  const into = gather("the dpkg database");
  const status = await fs.read(STATUS, MAX_STATUS_BYTES);
  if (status !== null) readDpkgStatus(status, osEcosystem(os, "dpkg"), into, { signal });
  const packages = new Map<string, Component>();
  for (const component of into.finish().components) {
    packages.set(component.name, component);
    if (component.arch !== undefined) packages.set(`${component.name}:${component.arch}`, component);
  }
  return packages;
};

const textOf = async ({ fs }: ExtractContext, path: string, maxBytes: number): Promise<string> =>
  new TextDecoder().decode((await fs.read(path, maxBytes)) ?? new Uint8Array());

function* linesWanted(text: string, wanted: Wanted): Generator<string> {
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    if (wanted(text.slice(text.lastIndexOf("/", end - 1) + 1, end))) yield text.slice(start, end);
    start = end + 1;
  }
}

/** Lines in threes: the file, where it went, and the package that put its own there (`:` for the administrator). */
const parseDiversions = (text: string): Map<string, { to: string; by: string }> => {
  const lines = text.split("\n");
  const diversions = new Map<string, { to: string; by: string }>();
  for (let i = 0; i + 2 < lines.length; i += 3) diversions.set(lines[i]!, { to: lines[i + 1]!, by: lines[i + 2]! });
  return diversions;
};

/** `md5  usr/share/doc/x` a line, also with `./` before the path; by absolute path. */
const parseSums = (text: string): Map<string, string> =>
  new Map(
    Array.from(
      text.matchAll(/^([0-9a-f]{32})[ \t]+(?:\.?\/)?(\S.*)$/gm),
      ([, sum, path]) => [`/${path}`, sum!] as const,
    ),
  );
