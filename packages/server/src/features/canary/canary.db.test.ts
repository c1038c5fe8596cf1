import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import { expect, test } from "vitest";
import { testDatabase } from "../../../../../test/support/database.ts";
import { createCanary } from "./index.ts";

test("a check that could not be made is tried again, and then is no alarm and no clean bill", async () => {
  const { db, owner, close } = await testDatabase();
  await owner.query("insert into company (name, is_provider) values ('provider', true)");
  let tries = 0;
  const inject = async () => {
    tries += 1;
    throw new Error("busy");
  };
  const log = pino({ level: "silent" });
  const canary = createCanary({ db, log, metrics: { isolationCanary: () => undefined }, routes: [], againMs: [1, 1] });
  canary.attach({ inject } as unknown as FastifyInstance);
  expect(await canary.run()).toMatchObject({ ok: false, faults: ["the check could not be made: busy"] });
  expect(tries).toBe(3);
  expect(await canary.health()).toMatchObject({
    status: "missing",
    detail: expect.stringContaining("could not be made"),
  });
  expect((await owner.query("select 1 from audit_event where action = 'isolation.alert'")).rows).toEqual([]);
  await close();
});
