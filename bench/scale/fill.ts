import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { availableParallelism } from "node:os";
import { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import {
  createDictionary,
  createMatchPool,
  judgePending,
} from "../../packages/server/src/features/components/index.ts";
import { requestEnrichment } from "../../packages/server/src/features/enrichment/index.ts";
import { feedsDirectory, generationInForce, indexPath } from "../../packages/server/src/features/feeds/index.ts";
import {
  connectionsOf,
  CopyWriter,
  type EmbeddedPostgres,
  openDatabase,
} from "../../packages/server/src/platform/db/index.ts";
import { round, say } from "../measure.ts";
import { dictionaryOf, type Host, hostOf } from "./fleet.ts";
import { ACTIVITY, FINDINGS, HISTORY } from "./fill-sql.ts";

/** Hosts written in one copy. */
const COPY_HOSTS = 500;
const DICTIONARY_PART = 20_000;

/** Tells how long each step took. */
export const timed = async <T>(what: string, run: () => Promise<T>): Promise<T> => {
  const from = performance.now();
  const result = await run();
  say(`  ${what}: ${round((performance.now() - from) / 1000, 1)} s`);
  return result;
};

/** A UUID as RFC 9562 has it, of version 4: routes refuse what is none. */
const uuidOf = (...parts: unknown[]): string => {
  const hex = createHash("md5").update(parts.join(" ")).digest("hex");
  return `${hex.slice(0, 12)}4${hex.slice(13, 16)}a${hex.slice(17)}`;
};

const copy = async (client: Client, sql: string, writer: CopyWriter): Promise<void> => {
  const bytes = writer.finish();
  await pipeline(
    Readable.from([bytes], { objectMode: false }),
    client.query(copyFrom(`${sql} from stdin (format binary)`)),
  );
};

const idsOf = async (postgres: EmbeddedPostgres): Promise<Map<string, Int32Array>> => {
  const db = openDatabase({ ...connectionsOf(postgres), onError: () => undefined });
  const dictionary = createDictionary(db);
  const all = dictionaryOf();
  const ids = new Map<string, Int32Array>();
  for (let from = 0; from < all.length; from += DICTIONARY_PART) {
    const part = all.slice(from, from + DICTIONARY_PART);
    const given = await dictionary.idsOf(part.map(({ component }) => component));
    for (const [i, { pool, place }] of part.entries()) {
      const own = ids.get(pool.ecosystem) ?? new Int32Array(pool.packages * pool.versions);
      own[place] = given[i] as number;
      ids.set(pool.ecosystem, own);
    }
  }
  await db.close();
  return ids;
};

interface Filled {
  readonly client: Client;
  readonly companyId: number;
  readonly seed: number;
}

const FACTS = JSON.stringify({
  hostname: "host",
  kernel: "6.1.0-30-amd64",
  arch: "x86_64",
  cpuCount: 4,
  memoryBytes: 8e9,
});
const DAY_MS = 86_400_000;

const writeHosts = async ({ client, companyId, seed }: Filled, ids: Map<string, Int32Array>, hosts: number) => {
  const now = Date.now();
  for (let from = 0; from < hosts; from += COPY_HOSTS) {
    const assets = new CopyWriter();
    const inventories = new CopyWriter();
    for (let n = from; n < Math.min(hosts, from + COPY_HOSTS); n += 1) {
      const host: Host = hostOf(n, seed);
      const id = uuidOf("host", seed, n);
      const count = host.parts.reduce((sum, { places }) => sum + places.length, 0);
      // A few were not heard for days.
      const seen = now - (n % 40 === 0 ? (n % 9) * DAY_MS : (n * 37) % 240_000);
      assets.row(15).int4(companyId).uuid(id).text("host").text(host.name).text(`scale-machine-${n}`);
      assets
        .text(host.system.ecosystem.replace(":", " "))
        .text(host.system.ecosystem)
        .jsonb(FACTS)
        .text("1.0.0")
        .int4(count);
      assets
        .bool(false)
        .timestamptz(now - ((n * 7919) % 400) * DAY_MS)
        .timestamptz(seen)
        .timestamptz(seen);
      assets.textArray(host.labels);
      for (const { pool, places } of host.parts) {
        const own = ids.get(pool.ecosystem) as Int32Array;
        const held = Int32Array.from(places, (place) => own[place] as number).sort();
        inventories.row(7).int4(companyId).uuid(id).text(pool.source).text("ok").text(uuidOf(n, pool.source));
        inventories.int4Array(held).timestamptz(seen);
      }
    }
    const columns = `company_id, id, kind, name, machine_id, os, ecosystem, facts, agent_version, component_count, inventory_wanted,
      first_seen_at, last_seen_at, inventory_at, labels`;
    await copy(client, `copy asset (${columns})`, assets);
    await copy(
      client,
      "copy inventory (company_id, asset_id, source, status, digest, component_ids, taken_at)",
      inventories,
    );
  }
};

const judge = async (postgres: EmbeddedPostgres, dataDir: string): Promise<void> => {
  const db = openDatabase({ ...connectionsOf(postgres), onError: () => undefined });
  const pool = createMatchPool(availableParallelism());
  await judgePending(db, pool, async (tx) => {
    const inForce = await generationInForce(tx);
    return inForce && { id: inForce.id, indexFile: indexPath(feedsDirectory(dataDir), inForce.indexFile) };
  });
  await pool.close();
  await db.close();
};

/** Has everything that follows from findings computed by the next server: nobody reported, so nothing else would ask. */
const orderComputation = async (postgres: EmbeddedPostgres, companyId: number): Promise<void> => {
  const db = openDatabase({ ...connectionsOf(postgres), onError: () => undefined });
  await db.asServiceFor(companyId, (tx) => requestEnrichment(tx, companyId));
  await db.close();
};

/** Runs with the indexes of `finding` away: made anew they cost a third of what keeping them does. */
const withoutIndexes = async (client: Client, run: () => Promise<void>): Promise<void> => {
  const { rows } = await client.query<{ name: string; def: string }>(
    `select c.relname as name, pg_get_indexdef(c.oid) as def from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = 'finding'::regclass and not i.indisunique`,
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  await run();
  for (const { def } of rows) await client.query(def.replace(" ON ONLY ", " ON "));
};

/**
 * Puts the fleet of one company into the tables of a server that has read the feeds: dictionary, assets, inventories; verdicts by the
 * server's own judging; findings as judging leaves them, with ages, and what a year leaves behind.
 */
export const fillFleet = async (
  postgres: EmbeddedPostgres,
  { dataDir, hosts, seed }: { dataDir: string; hosts: number; seed: number },
): Promise<void> => {
  const client = new Client(connectionsOf(postgres).owner);
  await client.connect();
  const { rows } = await client.query<{ id: number }>("select min(id) as id from company");
  const filled: Filled = { client, companyId: rows[0]!.id, seed };
  await client.query("set maintenance_work_mem = '1GB'; set work_mem = '512MB'; set synchronous_commit = off");
  const ids = await timed("the dictionary", () => idsOf(postgres));
  await timed("hosts and their inventories", () => writeHosts(filled, ids, hosts));
  await client.query("analyze component, package, asset, inventory");
  await timed("verdicts", () => judge(postgres, dataDir));
  await client.query("analyze component_match, advisory");
  await timed("findings", () =>
    withoutIndexes(client, async () => {
      for (const sql of FINDINGS) await client.query(sql.replaceAll("COMPANY", String(filled.companyId)));
    }),
  );
  await timed("a year of figures and changes", async () => {
    for (const sql of [...HISTORY, ...ACTIVITY])
      await client.query(sql.replaceAll("COMPANY", String(filled.companyId)));
  });
  await timed("statistics", () => client.query("vacuum analyze"));
  await orderComputation(postgres, filled.companyId);
  await client.end();
};
