import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { cookiesOf } from "../../../../../test/support/people.ts";
import { mailForgotten } from "../people/index.ts";
import { type MailPerson, type MailWorld, startMailWorld } from "./world-fixtures.ts";
import { mailLinkOf } from "./index.ts";

let world: MailWorld;
let company: MailWorld["company"];
beforeAll(async () => {
  world = await startMailWorld();
});
beforeEach(async () => {
  await world.begin();
  ({ company } = world);
});
afterAll(() => world?.close());

const NEW = "nine violet stairs climb otters";
let asked = 0;

const ask = (email: string, ip = `198.51.100.${(asked += 1)}`) =>
  world.api.call("POST", "/api/v1/password-forgotten", { body: { email }, headers: { "x-forwarded-for": ip } });

/** What waits for the job. */
const ordered = async (): Promise<{ companyId: number; email: string; ip: string }[]> =>
  (
    await world.api.owner.query(
      `select p.payload from graphile_worker._private_jobs p join graphile_worker._private_tasks t on t.id = p.task_id
       where t.identifier = 'password-forgotten' order by p.id`,
    )
  ).rows.map(({ payload }) => payload);

/** Asks as somebody, does the job and sends what it ordered. */
const forget = async (email: string): Promise<void> => {
  const answer = await ask(email);
  expect([answer.status, answer.body]).toEqual([202, { mailed: true }]);
  const { api, keys } = world;
  const payload = (await ordered()).find((one) => one.email === email);
  if (payload === undefined) throw new Error("no job was ordered");
  const log = { warn: () => undefined } as never;
  await mailForgotten({ db: api.db, log, publicUrl: "https://zt.example", mailLink: mailLinkOf({ keys }) }, payload);
  await world.send();
};
const reset = (token: string) => world.call("POST", "/password-reset", {}, { token, password: NEW });
const person = async (named: string, set = ""): Promise<MailPerson> => {
  const one = await world.person("viewer", named);
  await world.api.owner.query("update person set password_hash = 'x', name = $2 where id = $1", [one.id, named]);
  if (set !== "") await world.own(`update membership set ${set} where company_id = $1 and person_id = $2`, one.id);
  return one;
};
const tokenIn = (text: string): string => /\/reset#token=([\w-]{43})/.exec(text)?.[1] ?? "";

test("who forgot the password gets a link that works once and ends every session; both are on record, and the trail holds no link", async () => {
  const ann = await person("Ann Lee");
  await forget(ann.email);
  const [mail] = world.mails.taken as [(typeof world.mails.taken)[0]];
  expect(mail.to).toEqual([ann.email]);
  expect(mail.headers["subject"]).toBe(`Choose a new password for ${company.name}`);
  expect(mail.text).toContain("Hello Ann Lee,");
  const token = tokenIn(mail.text);
  expect(token).not.toBe("");
  const [stored] = await world.api.db.asService((tx) =>
    tx.query<{ ms: number }>(
      "select (extract(epoch from expires_at - created_at) * 1000)::int as ms from person_ticket where person_id = $1",
      [ann.id],
    ),
  );
  expect(stored?.ms).toBe(3_600_000);
  expect((await world.call("GET", "/me/mail", { cookie: ann.cookie })).status).toBe(200);
  const proved = async () =>
    (await world.api.owner.query("select email_proved_at from person where id = $1", [ann.id])).rows[0].email_proved_at;
  expect(await proved()).toBeNull();
  expect((await reset(token)).status).toBe(200);
  expect((await reset(token)).status).toBe(401);
  expect(await proved()).not.toBeNull();
  expect((await world.call("GET", "/me/mail", { cookie: ann.cookie })).status).toBe(401);
  const again = await world.call("POST", "/sign-in", {}, { email: ann.email, password: NEW });
  expect([again.status, cookiesOf(again.headers) !== ""]).toEqual([201, true]);
  const trail = await world.api.audits(company.id);
  expect(trail.map(({ action }) => action)).toEqual(
    expect.arrayContaining(["security.password_forgotten", "person.reset_password"]),
  );
  expect(trail.find(({ action }) => action === "security.password_forgotten")).toMatchObject({
    actor: `unproved:${ann.email}`,
    target: ann.id,
    detail: { mailed: true, byPassword: true },
  });
  expect(JSON.stringify(trail)).not.toContain(token);
});

test("an unknown email, a deactivated account and a known one get the same answer from the same work; only the known one gets a mail", async () => {
  const [known, off] = [await person("Known"), await person("Off")];
  await world.api.owner.query("update person set deactivated_at = now() where id = $1", [off.id]);
  for (const email of ["nobody@example.test", off.email, known.email]) await forget(email);
  expect(world.mails.taken.map(({ to }) => to)).toEqual([[known.email]]);
  const tickets = await world.api.db.asService((tx) =>
    tx.query("select 1 from person_ticket where person_id = $1", [off.id]),
  );
  expect(tickets).toEqual([]);
});

test("whom no password lets in is told how to sign in, in German too, and gets no link", async () => {
  const [sso, none, strict] = [await person("Sso", "source = 'sso'"), await person("None"), await person("Strict")];
  await world.api.owner.query("update person set password_hash = null where id = $1", [none.id]);
  await forget(sso.email);
  await world.call("PUT", "/me/mail", { cookie: none.cookie }, { language: "de" });
  await forget(none.email);
  const methods = { "security.sign_in_methods": ["sso"] };
  expect((await world.call("PUT", "/settings", { token: company.owner }, methods)).status).toBe(200);
  await forget(strict.email);
  expect(world.mails.taken.map(({ headers, text }) => [headers["subject"], tokenIn(text)])).toEqual([
    [`How you sign in to ${company.name}`, ""],
    [`So melden Sie sich bei ${company.name} an`, ""],
    [`How you sign in to ${company.name}`, ""],
  ]);
  expect(world.mails.taken[1]?.text).toContain("„Single Sign-on nutzen“");
  expect(world.mails.taken[0]?.text).toContain("https://zt.example/sign-in");
});

test("several wishes for one email wait as one job, and the fourth is refused whether or not there is such an account", async () => {
  const ann = await person("Ann");
  for (const email of [ann.email, "stranger@example.test"]) {
    for (let n = 0; n < 3; n += 1) expect((await ask(email)).status).toBe(202);
    expect((await ordered()).filter((one) => one.email === email)).toHaveLength(1);
    const refused = await ask(email);
    expect([refused.status, refused.body.code, refused.headers.get("retry-after")]).toEqual([
      429,
      "RATE_LIMITED",
      expect.stringMatching(/^\d+$/),
    ]);
  }
});

test("what strangers ask for never uses up the mails of a company", async () => {
  const ann = await person("Ann");
  await world.own(
    `insert into mail (company_id, kind, address, about, about_count, state)
     select $1, 'password_forgotten', 'a@example.test', '[]', 0, 'sent' from generate_series(1, 100)`,
  );
  await forget(ann.email);
  expect(world.mails.taken).toEqual([]);
  expect((await world.api.audits(company.id)).at(-1)).toMatchObject({ detail: { mailed: false } });
});
