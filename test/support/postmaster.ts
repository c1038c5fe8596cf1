import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

/** The running embedded PostgreSQL of a data directory, from its own pid file. Throws when there is none. */
export const postmasterOf = async (dataDir: string): Promise<{ pid: number; host: string; port: number }> => {
  const noted = (await readFile(join(dataDir, "postgres.location"), "utf8").catch(() => "")).trim();
  const root = noted === "" ? join(dataDir, "postgres") : noted;
  const lines = (await readFile(join(root, "data", "postmaster.pid"), "utf8")).split("\n");
  const [pid, , , port, host] = lines;
  if (!pid || !port || !host) throw new Error("the pid file is not whole");
  return { pid: Number(pid), host, port: Number(port) };
};

/** A client of the embedded PostgreSQL in one of its roles; waits up to `patienceMs` for one that is being started again. */
export const connectAs = async (dataDir: string, user: string, patienceMs = 0): Promise<pg.Client> => {
  const endAt = performance.now() + patienceMs;
  for (;;) {
    try {
      return await connectOnce(dataDir, user);
    } catch (error) {
      if (performance.now() > endAt) throw error;
      await sleep(100);
    }
  }
};

const connectOnce = async (dataDir: string, user: string): Promise<pg.Client> => {
  const { host, port } = await postmasterOf(dataDir);
  const client = new pg.Client({ host, port, user, database: "zerotrace" });
  client.on("error", () => undefined); // the statement in flight rejects with the same error
  await client.connect();
  return client;
};
