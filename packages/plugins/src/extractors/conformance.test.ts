import { AppError } from "@zerotrace/core";
import { readdirSync } from "node:fs";
import { zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { HostFs } from "../plugin.ts";
import { digestOf } from "./digest.ts";
import type { Extractor } from "./extractor.ts";
import { fakeFs, ndbFile, rpmHeader } from "./fixtures.ts";
import { compareComponents, MAX_FIELD_CHARS, MAX_PROBLEMS } from "./gather.ts";
import { FILE_EXTRACTORS } from "./files.ts";
import { EXTRACTORS } from "./index.ts";
import { parseOsRelease } from "./os-release.ts";

type Files = Record<string, string | Uint8Array>;
interface Example {
  /** The database exists and holds nothing. */
  readonly empty: Files;
  /** Some packages by name; called again with hostile names. */
  readonly holding: (names: readonly string[]) => Files;
  /** The file that hostile bytes replace; absent where names of folders are all that is read. */
  readonly file?: string;
}

const rpmOf = (name: string): Uint8Array => rpmHeader({ 1000: name, 1001: "1.0", 1002: "1", 1022: "noarch" });
const NODE = "/usr/lib/node_modules";
const PYTHON = "/usr/local/lib/python3.12/site-packages";
const METAINFO = "current/active/files/share/metainfo";
const dpkgOf = (names: readonly string[]): string =>
  names.map((n) => `Package: ${n}\nStatus: install ok installed\nArchitecture: all\nVersion: 1.0\n`).join("\n");
const wallOf = (names: readonly string[]): Uint8Array =>
  zstdCompressSync(
    names.map((name) => JSON.stringify({ kind: "package", name, version: "1.0", arch: "amd64" })).join("\n"),
  );
/** One file for each name, whose place holds the name or its position. */
const eachOf = (names: readonly string[], file: (name: string, at: number) => readonly [string, string]): Files =>
  Object.fromEntries(names.map(file));

const EXAMPLES: Readonly<Record<string, Example>> = {
  apk: {
    empty: { "/lib/apk/db/installed": "" },
    holding: (names) => ({ "/lib/apk/db/installed": names.map((n) => `P:${n}\nV:1.0-r0\nA:x86_64\n`).join("\n") }),
    file: "/lib/apk/db/installed",
  },
  chisel: {
    empty: { "/var/lib/chisel/manifest.wall": "" },
    holding: (names) => ({ "/var/lib/chisel/manifest.wall": wallOf(names) }),
    file: "/var/lib/chisel/manifest.wall",
  },
  cos: {
    empty: { "/etc/cos-package-info.json": "{}" },
    holding: (names) => ({
      "/etc/cos-package-info.json": JSON.stringify({
        installedPackages: names.map((name) => ({ category: "sys-libs", name, version: "17162.336.16" })),
      }),
    }),
    file: "/etc/cos-package-info.json",
  },
  dpkg: {
    empty: { "/var/lib/dpkg/status": "" },
    holding: (names) => ({ "/var/lib/dpkg/status": dpkgOf(names) }),
    file: "/var/lib/dpkg/status",
  },
  flatpak: {
    empty: { "/var/lib/flatpak/app/": "" },
    holding: (names) =>
      eachOf(names, (name) => [
        `/var/lib/flatpak/app/${name}/${METAINFO}/${name}.metainfo.xml`,
        `<component><id>${name}</id><releases><release version="1.0"/></releases></component>`,
      ]),
    file: `/var/lib/flatpak/app/bash/${METAINFO}/bash.metainfo.xml`,
  },
  homebrew: {
    empty: { "/opt/homebrew/Cellar/": "" },
    holding: (names) => eachOf(names, (name) => [`/opt/homebrew/Cellar/${name}/1.0/INSTALL_RECEIPT.json`, "{}"]),
    file: "/opt/homebrew/Cellar/bash/1.0/INSTALL_RECEIPT.json",
  },
  nix: {
    empty: { "/nix/store/": "" },
    holding: (names) => eachOf(names, (name) => [`/nix/store/${"0".repeat(32)}-${name}-1.0/bin/x`, ""]),
  },
  "npm-global": {
    empty: { [`${NODE}/`]: "" },
    holding: (names) =>
      Object.fromEntries(
        names.map((name, i) => [`${NODE}/p${i}/package.json`, JSON.stringify({ name, version: "1.0.0" })]),
      ),
    file: `${NODE}/p0/package.json`,
  },
  opkg: {
    empty: { "/usr/lib/opkg/status": "" },
    holding: (names) => ({ "/usr/lib/opkg/status": dpkgOf(names) }),
    file: "/usr/lib/opkg/status",
  },
  pacman: {
    empty: { "/var/lib/pacman/local/": "" },
    holding: (names) =>
      eachOf(names, (name, at) => [
        `/var/lib/pacman/local/p${at}/desc`,
        `%NAME%\n${name}\n\n%VERSION%\n1.0-1\n\n%ARCH%\nany\n`,
      ]),
    file: "/var/lib/pacman/local/p0/desc",
  },
  portage: {
    empty: { "/var/db/pkg/": "" },
    holding: (names) => eachOf(names, (name, at) => [`/var/db/pkg/c/p${at}/PF`, `${name}-1.0-r1\n`]),
    file: "/var/db/pkg/c/p0/PF",
  },
  "python-site": {
    empty: { [`${PYTHON}/`]: "" },
    holding: (names) =>
      Object.fromEntries(
        names.map((name, i) => [`${PYTHON}/p${i}.dist-info/METADATA`, `Name: ${name}\nVersion: 1.0\n\nText`]),
      ),
    file: `${PYTHON}/p0.dist-info/METADATA`,
  },
  rpm: {
    empty: { "/var/lib/rpm/Packages.db": ndbFile([]) },
    holding: (names) => ({ "/var/lib/rpm/Packages.db": ndbFile(names.map(rpmOf)) }),
    file: "/var/lib/rpm/Packages.db",
  },
  snap: {
    empty: { "/snap/": "" },
    holding: (names) =>
      eachOf(names, (name, at) => [`/snap/p${at}/current/meta/snap.yaml`, `name: ${name}\nversion: '1.0'\n`]),
    file: "/snap/p0/current/meta/snap.yaml",
  },
};

const os = parseOsRelease("ID=debian\nVERSION_ID=12\n");
const run = (extractor: Extractor, fs: HostFs) => extractor.extract({ fs, os, signal: new AbortController().signal });

/** Reads hostile bytes: either AppError UNREADABLE, or what could be read, sorted, with its problems. */
const survives = async (extractor: Extractor, fs: HostFs): Promise<void> => {
  try {
    const extraction = await run(extractor, fs);
    expect(extraction?.components).toEqual([...(extraction?.components ?? [])].sort(compareComponents));
    expect(extraction?.problems.length ?? 0).toBeLessThanOrEqual(MAX_PROBLEMS);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe("UNREADABLE");
  }
};

/** Numbers of a fixed sequence, so that a failure can be seen again. */
const sequence = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed;
};

test("the list of extractors names every folder, sorted, and each has an example here", () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  const ids = EXTRACTORS.map((e) => e.descriptor.id);
  expect(ids).toEqual([...ids].sort());
  expect([...ids, ...FILE_EXTRACTORS.map((e) => e.id)].sort()).toEqual(folders);
  expect(Object.keys(EXAMPLES).sort()).toEqual(ids);
});

describe.each(EXTRACTORS.map((extractor) => [extractor.descriptor.id, extractor] as const))("%s", (id, extractor) => {
  const example = EXAMPLES[id] as Example;

  test("an absent database gives null", async () => {
    expect(await run(extractor, fakeFs({}))).toBeNull();
  });

  test("an empty database gives an empty list", async () => {
    expect(await run(extractor, fakeFs(example.empty))).toEqual({ components: [], problems: [] });
  });

  test("output is sorted, without doubles, and the same each time", async () => {
    const first = await run(extractor, fakeFs(example.holding(["zlib", "bash", "openssl", "bash", "Alpha1"])));
    const second = await run(extractor, fakeFs(example.holding(["Alpha1", "openssl", "bash", "zlib"])));
    expect(first?.components.length).toBe(4);
    expect(first?.components).toEqual([...(first?.components ?? [])].sort(compareComponents));
    expect(digestOf(first?.components ?? [])).toBe(digestOf(second?.components ?? []));
    expect(first?.components).toEqual(second?.components);
  });

  test("names that are too long or hold control characters become problems, at most 20; the rest is read", async () => {
    const bad = Array.from({ length: 40 }, (_, i) =>
      i % 2 ? `a\u001b[31m${i}` : `${i}`.padEnd(MAX_FIELD_CHARS + 1, "x"),
    );
    const extraction = await run(extractor, fakeFs(example.holding(["bash", ...bad])));
    expect(extraction?.components.map((c) => c.name)).toEqual([id === "portage" ? "c/bash" : "bash"]);
    expect(extraction?.problems.length).toBe(MAX_PROBLEMS);
    expect(extraction?.problems.join("")).not.toContain("\u001b");
  });

  test("an aborted signal stops it", async () => {
    const fs = fakeFs(example.holding(["bash"]));
    const signal = AbortSignal.abort(new Error("stop"));
    await expect(extractor.extract({ fs, os, signal })).rejects.toThrow("stop");
  });
});

const READERS = EXTRACTORS.flatMap((extractor) => {
  const { id } = extractor.descriptor;
  const { file, ...example } = EXAMPLES[id] as Example;
  return file === undefined ? [] : [[id, extractor, example, file] as const];
});

describe.each(READERS)("%s, of its file", (_id, extractor, example, file) => {
  test("hostile bytes never hang it: it says UNREADABLE or gives problems", async () => {
    const next = sequence(7);
    const good = example.holding(["bash", "zlib"])[file] ?? "";
    const bytes = typeof good === "string" ? new TextEncoder().encode(good) : good;
    const hostile = [new Uint8Array(4096), new Uint8Array(65_536).map(() => next() >>> 24)];
    for (let i = 0; i < 200; i += 1) {
      const spoiled = bytes.slice(0, i % 3 === 0 ? next() % (bytes.length + 1) : bytes.length);
      // rpm's structures lie near the start and at 4096; spoil those more often than the padding between.
      for (let n = 0; n < 1 + (i % 8); n += 1) {
        const at = next() % spoiled.length;
        spoiled[i % 2 && at < 4096 ? at % 96 : at] = next() >>> 24;
      }
      hostile.push(spoiled);
    }
    for (const spoiled of hostile) await survives(extractor, fakeFs({ [file]: spoiled }));
  });

  test("a file over its bound is UNREADABLE or a problem, never an empty list", async () => {
    const fs = fakeFs(example.holding(["bash"]));
    const full: HostFs = {
      ...fs,
      read: async (path, maxBytes) => {
        if (path === file) throw new AppError("UNREADABLE", `${path} is larger than ${maxBytes} bytes.`);
        return fs.read(path, maxBytes);
      },
    };
    await expect(run(extractor, full)).rejects.toMatchObject({ code: "UNREADABLE" });
  });
});
