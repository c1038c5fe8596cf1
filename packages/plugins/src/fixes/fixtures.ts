import { type AdvisoryIndex, createIndexBuilder, openIndex, parseOsvRecord, riskOf } from "@zerotrace/core";
import { posix } from "node:path";
import type { FileExtractor } from "../extractors/file-extractor.ts";
import { hostFs } from "../extractors/host-fs.ts";
import type { ScanFinding } from "../formats/report.ts";
import { scanFolder } from "../targets/folder.ts";
import type { FixContext, FixRequest } from "./fix.ts";

/** `npm qs 6.5.2..6.5.3`: affected from the first version on, below the second; without a second no fix is known. For tests. */
export const indexOf = (...lines: readonly string[]): AdvisoryIndex => {
  const builder = createIndexBuilder();
  lines.forEach((line, at) => {
    const [ecosystem = "", name = "", range = ""] = line.split(" ");
    const [introduced = "0", fixed = ""] = range.split("..");
    builder.add(
      parseOsvRecord({
        id: `CVE-2026-${1000 + at}`,
        modified: "2026-01-01T00:00:00Z",
        severity: [{ type: "CVSS_V3", score: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
        affected: [
          {
            package: { ecosystem, name },
            ranges: [{ type: "ECOSYSTEM", events: [{ introduced }, ...(fixed === "" ? [] : [{ fixed }])] }],
          },
        ],
      }),
    );
  });
  return openIndex(builder.finish({ builtAt: "2026-01-01T00:00:00Z", sources: [] }));
};

/** What a scan of a folder finds by the index, in the shape of its report. For tests. */
export const findingsIn = async (
  root: string,
  index: AdvisoryIndex,
  extractors?: readonly FileExtractor[],
): Promise<ScanFinding[]> => {
  const signal = new AbortController().signal;
  const { places } = await scanFolder(root, { signal, ...(extractors === undefined ? {} : { extractors }) });
  return places.flatMap(({ path, reader, packages }) =>
    packages.flatMap((found) => {
      const { ecosystem, name, version } = found.component;
      return index.match(ecosystem, name, version).hits.map((hit): ScanFinding => {
        const group = index.advisory(hit.advisory);
        const label = (at: number): string => `${packages[at]?.component.name}@${packages[at]?.component.version}`;
        return {
          purl: `pkg:${ecosystem}/${name}@${version}`,
          ecosystem,
          package: name,
          version,
          id: group.id,
          aliases: [],
          title: "",
          fixedIn: hit.fixedIn,
          severity: group.severity,
          cvss: null,
          epss: null,
          kev: false,
          risk: riskOf({ ...group, fixAvailable: hit.fixedIn !== null }).risk,
          target: "here",
          places: [{ path, reader, ...(found.line === undefined ? {} : { line: found.line }) }],
          ...(found.isDirect === undefined ? {} : { isDirect: found.isDirect }),
          ...(found.isDev === undefined ? {} : { isDev: found.isDev }),
          ...(found.via === undefined ? {} : { via: found.via.map(label) }),
        };
      });
    }),
  );
};

/** The files of a folder. For tests. */
export const filesIn = (root: string): FixContext => {
  const fs = hostFs(root);
  return {
    read: async (path) => {
      const bytes = await fs.read(posix.join("/", path), 1024 * 1024);
      return bytes === null ? null : new TextDecoder().decode(bytes);
    },
    list: (path) => fs.list(posix.join("/", path)),
  };
};

/** These files, without a disk. For tests. */
export const filesOf = (files: Readonly<Record<string, string>>): FixContext => ({
  read: (path) => Promise.resolve(files[path] ?? null),
  list: (folder) =>
    Promise.resolve(
      Object.keys(files)
        .filter((path) => folder === "" || path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder === "" ? 0 : folder.length + 1).split("/", 1)[0]!)
        .sort(),
    ),
});

/** `npm qs 6.5.2 -> 6.5.3` in a file. For tests. */
export const request = (path: string, text: string, more: Partial<FixRequest> = {}): FixRequest => {
  const [ecosystem = "", name = "", from = "", , to = ""] = text.split(" ");
  return { ecosystem, name, from, to, path, ...more };
};
