import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { componentOfPurl, judgedAs } from "@zerotrace/core";

/** What is judged: for an operating system's package the source package and its version. */
export interface Judged {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
}

/** Real lists of software by the kind of asset that holds them. */
export interface RealLists {
  /** The dpkg database of a Debian 12 machine. */
  readonly debian: readonly Judged[];
  /** The dpkg database of an Ubuntu desktop; its release is older than the feeds. */
  readonly ubuntu: readonly Judged[];
  /** Software lists of container images. */
  readonly images: readonly (readonly Judged[])[];
  /** Lock files. */
  readonly locks: readonly (readonly Judged[])[];
}

const textOf = (path: string): string => {
  const bytes = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
};

const dpkgList = (path: string, ecosystem: string): Judged[] => {
  if (!existsSync(path)) return [];
  return textOf(path)
    .split("\n\n")
    .flatMap((paragraph) => {
      const field = (name: string): string | undefined =>
        new RegExp(`^${name}: (.*)$`, "m").exec(paragraph)?.[1]?.trim();
      const [own, version] = [field("Package"), field("Version")];
      if (own === undefined || version === undefined || field("Status")?.endsWith(" installed") !== true) return [];
      const [, name = own, sourceVersion = version] = /^(\S+)(?: \((.*)\))?$/.exec(field("Source") ?? own) ?? [];
      return [{ ecosystem, name, version: sourceVersion }];
    });
};

const purlList = (path: string): Judged[] => {
  const purls = textOf(path).match(/"pkg:[^"]+"/g) ?? [];
  return purls.flatMap((quoted) => {
    try {
      const component = componentOfPurl(JSON.parse(quoted) as string);
      const { name, version } = judgedAs(component);
      return version === "" ? [] : [{ ecosystem: component.ecosystem, name, version }];
    } catch {
      return []; // a type without an ecosystem
    }
  });
};

const pairs = (text: string, pattern: RegExp, ecosystem: string): Judged[] =>
  [...text.matchAll(pattern)].map(([, name = "", version = ""]) => ({ ecosystem, name, version }));

const TOML = /^name = "([^"]+)"\nversion = "([^"]+)"/gm;

const LOCKS: Readonly<Record<string, (text: string) => Judged[]>> = {
  "go.sum": (text) => pairs(text, /^(\S+) v([^\s/]+) h1:/gm, "Go"),
  "package-lock.json": (text) => {
    const packages = (JSON.parse(text) as { packages?: Record<string, { version?: string }> }).packages ?? {};
    return Object.entries(packages).flatMap(([path, { version }]) => {
      const at = path.lastIndexOf("node_modules/");
      return at < 0 || version === undefined ? [] : [{ ecosystem: "npm", name: path.slice(at + 13), version }];
    });
  },
  "uv.lock": (text) => pairs(text, TOML, "PyPI"),
  "poetry.lock": (text) => pairs(text, TOML, "PyPI"),
  "Cargo.lock": (text) => pairs(text, TOML, "crates.io"),
  "requirements.txt": (text) => pairs(text, /^([A-Za-z0-9._-]+)==([^\s;]+)/gm, "PyPI"),
  "Gemfile.lock": (text) => pairs(text, /^ {4}([A-Za-z0-9._-]+) \(([^()\s]+)\)$/gm, "RubyGems"),
  "pnpm-lock.yaml": (text) => pairs(text, /^ {2}'?((?:@[^@/\s]+\/)?[^@/\s]+)@(\d[^':(]*)'?:$/gm, "npm"),
};

/** Lists under a folder laid out as a corpus of real software; empty ones where a file is absent. */
export const readLists = (corpus: string, feeds: string): RealLists => {
  const images = join(corpus, "guac-dockerhub-sboms", "top-dh-sboms");
  const names = (folder: string): string[] =>
    (existsSync(folder) ? readdirSync(folder, { recursive: true }) : []).map(String).sort();
  const locks = names(join(corpus, "lockfiles")).flatMap((path) => {
    const parse = LOCKS[path.slice(path.lastIndexOf("/") + 1)];
    const list = parse?.(textOf(join(corpus, "lockfiles", path))) ?? [];
    return list.length === 0 ? [] : [list];
  });
  return {
    debian: dpkgList(join(feeds, "debian", "host-dpkg-status.gz"), "Debian:12"),
    ubuntu: dpkgList(join(corpus, "pkgdb", "data", "dpkg", "status.gz"), "Ubuntu:22.04"),
    images: names(images).map((name) => purlList(join(images, name))),
    locks,
  };
};
