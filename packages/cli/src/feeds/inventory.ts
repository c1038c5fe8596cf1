import { AppError, componentOfPurl, judgedAs, messageOf } from "@zerotrace/core";
import { contract } from "@zerotrace/sdk";
import { readFile } from "node:fs/promises";
import type { Cli } from "../cli.ts";
import { connect } from "../local.ts";
import { pagesOf } from "../pages.ts";

/** What an index can judge. */
export interface Judgeable {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
}

/** Components of one asset (count); the server's own bound. */
const COMPONENTS_MAX = 200_000;

const ofPurl = (purl: string): Judgeable[] => {
  try {
    const { ecosystem, name, version } = judgedAs(componentOfPurl(purl));
    return [{ ecosystem, name, version }];
  } catch {
    return [];
  }
};

const distinct = (all: readonly Judgeable[]): Judgeable[] => [
  ...new Map(all.map((one) => [`${one.ecosystem}\t${one.name}\t${one.version}`, one])).values(),
];

/**
 * The components of a file: `ecosystem<TAB>name<TAB>version` lines, or `zerotrace.scan/1` JSON, which names only those with
 * findings (`warn` says so). Throws UNREADABLE and BAD_REQUEST.
 */
export const inventoryOfFile = async (path: string, warn: (text: string) => void): Promise<Judgeable[]> => {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new AppError("UNREADABLE", `${path} cannot be read: ${messageOf(cause)}.`, { field: "inventory", cause });
  });
  if (text.trimStart().startsWith("{")) {
    const scan = JSON.parse(text) as {
      schema?: string;
      findings?: { ecosystem: string; package: string; source?: string; version: string }[];
    };
    if (scan.schema !== "zerotrace.scan/1" || !Array.isArray(scan.findings)) {
      throw new AppError("BAD_REQUEST", `${path} is not the JSON of \`zerotrace scan host\`.`, { field: "inventory" });
    }
    warn(`warning: ${path} names only components that had findings; what is new for the others is not seen`);
    return distinct(
      scan.findings.map((f) => ({ ecosystem: f.ecosystem, name: f.source ?? f.package, version: f.version })),
    );
  }
  const components: Judgeable[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line === "") continue;
    const [ecosystem, name, version, more] = line.split("\t");
    if (!ecosystem || !name || !version || more !== undefined) {
      throw new AppError("BAD_REQUEST", `Line ${i + 1} of ${path} is not ecosystem<TAB>name<TAB>version.`, {
        field: "inventory",
      });
    }
    components.push({ ecosystem, name, version });
  }
  return distinct(components);
};

/** The components of an asset as the server knows them. Throws NOT_FOUND. */
export const inventoryOfAsset = async (
  cli: Cli,
  id: string,
  options: { readonly server?: string; readonly token?: string; readonly dataDir?: string },
): Promise<Judgeable[]> => {
  const { call } = await connect(cli, options);
  const { rows } = await pagesOf(
    (query) => call(contract.assets.listAssetComponents, { params: { id }, query }),
    COMPONENTS_MAX,
  );
  return distinct(
    rows.flatMap((row) => {
      if (row.ownedBy !== null) return [row.ownedBy];
      const judged = ofPurl(row.purl);
      return judged.length > 0 ? judged : [{ ecosystem: row.ecosystem, name: row.name, version: row.version }];
    }),
  );
};
