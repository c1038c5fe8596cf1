import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import type { Cli } from "./cli.ts";
import { readEnvironment } from "./env.ts";
import { runCli } from "./run.ts";

/** A zip archive of stored files, for tests. */
const zipOf = (files: Readonly<Record<string, string>>): Buffer => {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const bytes = Buffer.from(text);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004"), common, Buffer.from(name), bytes]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\u0001\u0002\u0014\u0000"), common, tail, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006", 0, "latin1");
  end.writeUInt16LE(locals.length, 8);
  end.writeUInt16LE(locals.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
};

const record = (id: string, name: string, fixed: string | null, more: object = {}): string =>
  JSON.stringify({
    schema_version: "1.7.0",
    id,
    modified: "2026-01-02T00:00:00Z",
    published: "2026-01-01T00:00:00Z",
    affected: [
      {
        package: { ecosystem: "Debian:12", name },
        ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, ...(fixed === null ? [] : [{ fixed }])] }],
      },
    ],
    ...more,
  });

const RECORDS = {
  "DEBIAN-CVE-2026-0001.json": record("DEBIAN-CVE-2026-0001", "openssl", "3.0.17-1~deb12u3", {
    upstream: ["CVE-2026-0001"],
    severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
  }),
  "DEBIAN-CVE-2026-0002.json": record("DEBIAN-CVE-2026-0002", "bash", null, { upstream: ["CVE-2026-0002"] }),
  // Fixed in what is installed: `~` sorts below everything.
  "DEBIAN-CVE-2026-0003.json": record("DEBIAN-CVE-2026-0003", "openssl", "3.0.17-1~deb12u2"),
  "DEBIAN-CVE-2026-0004.json": record("DEBIAN-CVE-2026-0004", "bash", "9", { withdrawn: "2026-01-03T00:00:00Z" }),
};

const paragraph = (name: string, version: string, source = ""): string =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\n${source}Version: ${version}\n`;

const STATUS = [
  paragraph("libssl3", "3.0.17-1~deb12u2", "Source: openssl\n"),
  paragraph("openssl", "3.0.17-1~deb12u2"),
  paragraph("bash", "5.2.15-2+b8", "Source: bash (5.2.15-2)\n"),
  paragraph("zlib1g", "1:1.2.13.dfsg-1", "Source: zlib\n"),
].join("\n");

/** Files of a small host and of feeds for it, in a folder of their own. */
export interface SmallHost {
  readonly dir: string;
  readonly feeds: string;
  readonly dataDir: string;
  /** What every scan of this host names. */
  readonly args: readonly string[];
}

export const smallHost = async (): Promise<SmallHost> => {
  const dir = await mkdtemp(join(tmpdir(), "zerotrace-cli-"));
  const feeds = join(dir, "feeds");
  const dataDir = join(dir, "data");
  await mkdir(join(feeds, "Debian"), { recursive: true });
  await mkdir(join(feeds, "kev"));
  await writeFile(join(feeds, "Debian", "all.zip"), zipOf(RECORDS));
  await writeFile(
    join(feeds, "kev", "known_exploited_vulnerabilities.json"),
    JSON.stringify({
      catalogVersion: "2026.01.01",
      dateReleased: "2026-01-01T00:00:00.000Z",
      count: 1,
      vulnerabilities: [{ cveID: "CVE-2026-0002", dateAdded: "2026-01-01" }],
    }),
  );
  await writeFile(join(dir, "status"), STATUS);
  await writeFile(join(dir, "os-release"), 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n');
  const files = ["--dpkg-status", join(dir, "status"), "--os-release", join(dir, "os-release")];
  return { dir, feeds, dataDir, args: ["--feeds", feeds, "--data-dir", dataDir, ...files] };
};

const WS = {
  schema_version: "1.7.0",
  id: "GHSA-3h5v-q93c-6h6q",
  aliases: ["CVE-2024-37890"],
  modified: "2026-01-02T00:00:00Z",
  summary: "ws affected by a DoS when handling a request with many HTTP headers",
  severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H" }],
  affected: [
    {
      package: { ecosystem: "npm", name: "ws" },
      ranges: [{ type: "SEMVER", events: [{ introduced: "2.1.0" }, { fixed: "7.5.10" }] }],
    },
  ],
};

/** Writes OSV records of npm below `folder`, by their file's name; gives the location of the feeds. For tests. */
export const osvArchive = async (folder: string, more: Readonly<Record<string, object>> = {}): Promise<string> => {
  const feeds = join(folder, "feeds");
  await mkdir(join(feeds, "npm"), { recursive: true });
  const records = Object.entries({ "GHSA-3h5v-q93c-6h6q.json": WS, ...more });
  const texts = records.map(([name, one]) => [name, JSON.stringify(one)] as const);
  await writeFile(join(feeds, "npm", "all.zip"), zipOf(Object.fromEntries(texts)));
  return feeds;
};

/** An archive of OSV records by their file's name. For tests. */
export const archiveOf = (records: Readonly<Record<string, object>>): Buffer =>
  zipOf(Object.fromEntries(Object.entries(records).map(([name, one]) => [name, JSON.stringify(one)])));

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs one command line as a program in a pipe would; `variables` is its whole environment, `input` the chunks of its
 * standard input.
 */
export const run = async (
  argv: readonly string[],
  variables: Readonly<Record<string, string>> = {},
  input: Iterable<string> = [],
): Promise<Outcome> => {
  const texts = { out: "", err: "" };
  const sink = (name: "out" | "err") => ({
    write: (text: string) => void (texts[name] += text),
    isTerminal: false,
    columns: 120,
  });
  const cli: Cli = {
    out: sink("out"),
    err: sink("err"),
    input: Readable.from(Array.from(input, (chunk) => Buffer.from(chunk))),
    env: readEnvironment(variables),
    signal: new AbortController().signal,
    exitCode: 0,
  };
  return { code: await runCli(argv, cli), ...texts };
};
