import type { Client } from "pg";
import { readFile } from "node:fs/promises";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openIndex } from "../../packages/core/src/index.ts";
import { compileInWorker } from "../../packages/plugins/src/index.ts";

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

/**
 * The plain way: all components of all hosts are read, each is matched (by the same index, which is fast) and a row is stored
 * for each finding of each host, in the same PostgreSQL. Seconds without reading the feeds.
 */
export const matchEveryHost = async (
  client: Client,
  companyId: number,
  feed: string,
): Promise<{ seconds: number; rows: number }> => {
  const folder = await mkdtemp(join(tmpdir(), "zt-bench-reference-"));
  try {
    const { signal } = new AbortController();
    const options = { locations: [feed], cacheDir: folder, outDir: folder, signal, onProgress: () => undefined };
    const { indexPath } = await compileInWorker(options);
    const index = openIndex(new Uint8Array(await readFile(indexPath)));
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
      for (const hit of index.match(ecosystem, name, version).hits) {
        found.push([asset, id, index.advisory(hit.advisory).id, hit.fixedIn]);
      }
      if (found.length >= INSERT_ROWS) await store();
    }
    await store();
    const seconds = (performance.now() - startedAt) / 1000;
    await client.query("drop table bench_host_finding");
    return { seconds, rows };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
