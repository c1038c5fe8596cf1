import { Pool, type PoolClient } from "pg";
import type { Connections } from "../../packages/server/src/platform/db/index.ts";
import { hostComponents } from "./fleet.ts";

/** Hosts inserted for the reference: a sample, because the whole fleet would take minutes. */
export const REFERENCE_HOSTS = 100;
const CONNECTIONS = 4;

const TABLE = `create table if not exists bench_host_component (
    company_id int not null, asset_id uuid not null, ecosystem text not null, name text not null, version text not null,
    arch text not null, source_name text not null, source_version text not null, source text not null,
    primary key (company_id, asset_id, source, ecosystem, name, version, arch));
  truncate bench_host_component;
  alter table bench_host_component enable row level security;
  alter table bench_host_component force row level security;
  drop policy if exists company_only on bench_host_component;
  create policy company_only on bench_host_component
    using (company_id = nullif(current_setting('app.company_id', true), '')::int)
    with check (company_id = nullif(current_setting('app.company_id', true), '')::int);
  grant select, insert, delete on bench_host_component to zerotrace_app`;

const insertHost = async (client: PoolClient, companyId: number, host: number): Promise<number> => {
  const rows = [...hostComponents(host)].flatMap(([source, list]) =>
    list.map((component) => ({ from: source, component })),
  );
  const assetId = `00000000-0000-4000-8000-${String(host).padStart(12, "0")}`;
  await client.query(`begin; set local app.company_id='${companyId}'`);
  await client.query("delete from bench_host_component where company_id = $1 and asset_id = $2", [companyId, assetId]);
  await client.query(
    `insert into bench_host_component
       (company_id, asset_id, source, ecosystem, name, version, arch, source_name, source_version)
     select $1, $2, * from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])`,
    [
      companyId,
      assetId,
      rows.map((r) => r.from),
      rows.map((r) => r.component.ecosystem),
      rows.map((r) => r.component.name),
      rows.map((r) => r.component.version),
      rows.map((r) => r.component.arch ?? ""),
      rows.map((r) => r.component.source?.name ?? ""),
      rows.map((r) => r.component.source?.version ?? ""),
    ],
  );
  await client.query("commit");
  return rows.length;
};

/**
 * The plain way: one row for each component of each host, one transaction and one `insert … select unnest` for each host,
 * row-level security, same PostgreSQL, four connections, no HTTP in between. Answers components and seconds.
 */
export const runReference = async (
  connections: Connections,
  companyId: number,
): Promise<{ components: number; seconds: number; tableBytes: number }> => {
  const owner = new Pool({ ...connections.owner, max: 1 });
  const app = new Pool({ ...connections.app, max: CONNECTIONS });
  try {
    await owner.query(TABLE);
    let next = 0;
    let components = 0;
    const startedAt = performance.now();
    const worker = async (): Promise<void> => {
      const client = await app.connect();
      while (next < REFERENCE_HOSTS) components += await insertHost(client, companyId, next++);
      client.release();
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, worker));
    const seconds = (performance.now() - startedAt) / 1000;
    const size = await owner.query<{ bytes: string }>(`select pg_total_relation_size('bench_host_component') as bytes`);
    await owner.query("drop table bench_host_component");
    return { components, seconds, tableBytes: Number(size.rows[0]?.bytes) };
  } finally {
    await Promise.all([owner.end(), app.end()]);
  }
};
