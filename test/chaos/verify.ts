import type { Client } from "pg";
import type { ChaosAgent } from "./agent.ts";
import { componentsIn, expectedFindings, type Installed, keyOf, SOURCES, type Weakness } from "./world.ts";

const firstOf = (problems: readonly string[], what: string): string[] =>
  problems.length === 0 ? [] : [`${problems.length} ${what}, such as: ${problems.slice(0, 3).join("; ")}`];

/** What the database holds of every host, by source: its digest and its components. */
const heldInventories = async (owner: Client) => {
  const { rows } = await owner.query<{ asset: string; source: string; digest: string; keys: string[] }>(
    `select i.asset_id as asset, i.source, i.digest,
       array(select c.ecosystem || ' ' || c.name || ' ' || c.version from component c where c.id = any(i.component_ids)) as keys
     from inventory i`,
  );
  return new Map(rows.map((r) => [`${r.asset} ${r.source}`, r]));
};

/**
 * Every host's inventory must be the newest acknowledged one, component by component; while agents still deliver it may be
 * one that was sent later and lost its answer.
 */
export const wrongInventories = async (
  owner: Client,
  agents: readonly ChaosAgent[],
  { exact }: { exact: boolean },
): Promise<string[]> => {
  // agents go on while the database is read: what was acknowledged before counts, and all that was sent after it
  const since = new Map(agents.map((a) => [a, a.acknowledged?.takenAt ?? ""]));
  const held = await heldInventories(owner);
  const problems: string[] = [];
  for (const agent of agents) {
    if (agent.acknowledged === null) continue;
    const allowed = exact ? [agent.acknowledged] : agent.mayHold(since.get(agent));
    const fits = allowed.some((taken) =>
      SOURCES.every((source) => {
        const row = held.get(`${agent.assetId} ${source}`);
        const wanted = componentsIn(source, taken.installed[source]).map(keyOf).sort();
        return row?.digest === taken.digests[source] && JSON.stringify(row?.keys.sort()) === JSON.stringify(wanted);
      }),
    );
    if (fits) continue;
    const at = Math.max(...agent.mayHold().map((t) => Date.parse(t.takenAt)));
    const [row] = (await owner.query("select inventory_taken_at from asset where id = $1", [agent.assetId])).rows;
    problems.push(
      `${agent.name}: holds ${row?.inventory_taken_at?.toISOString()}, acknowledged ${agent.acknowledged.takenAt}, newest sent ${new Date(at).toISOString()}`,
    );
  }
  return firstOf(problems, "hosts whose stored inventory is not the newest acknowledged");
};

/** The open findings must be those that inventories and weaknesses give, each once, with their number of hosts. */
export const wrongFindings = async (
  owner: Client,
  agents: readonly ChaosAgent[],
  weaknesses: readonly Weakness[],
): Promise<{ problems: string[]; open: number }> => {
  const hosts = agents.flatMap((a): Installed[] => (a.acknowledged ? [a.acknowledged.installed] : []));
  const expected = expectedFindings(hosts, weaknesses);
  const { rows } = await owner.query<{ key: string; assets: number }>(
    `select ecosystem || ' ' || package || ' ' || version || ' ' || advisory as key, asset_count as assets
     from finding where status = 'open'`,
  );
  const found = new Map(rows.map((r) => [r.key, r.assets]));
  const double = await owner.query<{ key: string }>(
    `select company_id || ' ' || component_id || ' ' || advisory as key from finding
     group by company_id, component_id, advisory having count(*) > 1`,
  );
  const sums = await owner.query<{ name: string }>(
    `select a.name from asset a where a.critical + a.high + a.medium + a.low + a.none + a.unknown <> (
       select count(*) from finding f where f.company_id = a.company_id and f.status = 'open' and f.component_id in (
         select unnest(component_ids) from inventory i where i.company_id = a.company_id and i.asset_id = a.id))`,
  );
  const names = (list: { name: string }[]): string[] => list.map((r) => r.name);
  return {
    open: rows.length,
    problems: [
      ...firstOf(rows.length === found.size ? [] : [`${rows.length - found.size}`], "doubled open findings"),
      ...firstOf(
        double.rows.map((r) => r.key),
        "component x advisory pairs with several findings",
      ),
      ...firstOf(
        [...expected.keys()].filter((k) => !found.has(k)),
        "missing findings",
      ),
      ...firstOf(
        [...found.keys()].filter((k) => !expected.has(k)),
        "findings that should not be open",
      ),
      ...firstOf(
        [...expected]
          .filter(([k, n]) => found.has(k) && found.get(k) !== n)
          .map(([k, n]) => `${k}: ${found.get(k)} not ${n}`),
        "findings with a wrong number of hosts",
      ),
      ...firstOf(names(sums.rows), "assets whose sums differ from their findings"),
    ],
  };
};

export const queueLeft = async (owner: Client): Promise<{ waiting: number; running: number; dead: number }> =>
  (await owner.query("select * from public.queue_depth()")).rows[0];

/** The jobs that are there, in words. */
export const jobsLeft = async (owner: Client): Promise<string> =>
  JSON.stringify((await owner.query("select * from public.all_jobs(20)")).rows);
