import type { Client } from "pg";
import { readFile } from "node:fs/promises";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openIndex } from "../../packages/core/src/index.ts";
import { compileInWorker } from "../../packages/plugins/src/index.ts";
import { groupsOf } from "../match/compiled.ts";
import { readRecords } from "../match/records.ts";
import { createReference } from "../match/reference.ts";

/** Rows written in one statement. */
const INSERT_ROWS = 20_000;
const ON_ROWS = `from inventory i, unnest(i.component_ids) as u(id) join component c on c.id = u.id
  join package p on p.id = c.package_id where i.company_id = $1`;

/** What the fleet is, in words. */
export const countHostRows = async (client: Client, companyId: number): Promise<string> => {
  const { rows } = await client.query(
    `select (select sum(cardinality(component_ids))::int from inventory where company_id = $1) as held,
       (select count(*)::int from component) as components,
       (select count(*)::int from asset where company_id = $1) as assets,
       (select count(*)::int from finding where company_id = $1) as findings`,
    [companyId],
  );
  const { held, components, assets, findings } = rows[0];
  return `${assets} hosts hold ${held} components, ${components} distinct, ${findings} findings`;
};

/** Judges one package version: the names of what affects it, each with the version that closes it where that is told. */
export type Judging = (
  ecosystem: string,
  name: string,
  version: string,
) => readonly (readonly [string, string | null])[];

/**
 * How components are judged: by our index, and by the plain way, a Map of names to version strings compared directly. Compiled
 * and read outside the time that counts.
 */
export const judgingsOf = async (feed: string): Promise<{ own: Judging; plain: Judging }> => {
  const folder = await mkdtemp(join(tmpdir(), "zt-bench-reference-"));
  try {
    const { signal } = new AbortController();
    const options = { locations: [feed], cacheDir: folder, outDir: folder, signal, onProgress: () => undefined };
    const { indexPath, recordsPath } = await compileInWorker({ ...options, recordsFile: true });
    const index = openIndex(new Uint8Array(await readFile(indexPath)));
    const reference = createReference(readRecords(await readFile(recordsPath as string)), groupsOf(index));
    return {
      own: (...asked) => index.match(...asked).hits.map((hit) => [index.advisory(hit.advisory).id, hit.fixedIn]),
      plain: (...asked) => Array.from(reference(...asked).groups, (group) => [group, null]),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/**
 * Judges without our tricks: all components of all hosts are read, each is matched, and a row is stored for each finding of each
 * host, in the same PostgreSQL. Seconds of it, and rows.
 */
export const matchEveryHost = async (
  client: Client,
  companyId: number,
  judging: Judging,
): Promise<{ seconds: number; rows: number }> => {
  await client.query(
    `drop table if exists bench_host_finding; create table bench_host_finding (asset_id uuid not null,
       component_id int not null, advisory text not null, fixed_in text, primary key (asset_id, component_id, advisory))`,
  );
  const startedAt = performance.now();
  const { rows: held } = await client.query<{
    asset: string;
    id: number;
    ecosystem: string;
    name: string;
    version: string;
  }>(`select i.asset_id as asset, c.id, p.ecosystem, p.name, c.judged_version as version ${ON_ROWS}`, [companyId]);
  let rows = 0;
  let found: (readonly [string, number, string, string | null])[] = [];
  const store = async (): Promise<void> => {
    await client.query(
      "insert into bench_host_finding select * from unnest($1::uuid[], $2::int[], $3::text[], $4::text[]) on conflict do nothing",
      [0, 1, 2, 3].map((column) => found.map((row) => row[column])),
    );
    rows += found.length;
    found = [];
  };
  for (const { asset, id, ecosystem, name, version } of held) {
    for (const [advisory, fixedIn] of judging(ecosystem, name, version)) found.push([asset, id, advisory, fixedIn]);
    if (found.length >= INSERT_ROWS) await store();
  }
  await store();
  const seconds = (performance.now() - startedAt) / 1000;
  await client.query("drop table bench_host_finding");
  return { seconds, rows };
};
