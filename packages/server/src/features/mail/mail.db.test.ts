import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type MailWorld, startMailWorld } from "./world-fixtures.ts";

let world: MailWorld;
let company: MailWorld["company"];
let other: MailWorld["other"];
beforeAll(async () => {
  world = await startMailWorld();
});
beforeEach(async () => {
  await world.begin();
  ({ company, other } = world);
});
afterAll(() => world?.close());

const TEXT = { subject: "Welcome to {company}", opening: "Dear {person}", closing: "Yours, {by}: {link}" };
const put = (token: string, body: object, path = "invitation/en") =>
  world.call("PUT", `/mail/texts/${path}`, { token }, body);

test("a company's own words are sent, shown before that, on record with before and after, and taken back; another company has its own", async () => {
  expect((await put(company.owner, TEXT)).body).toMatchObject({ ...TEXT, isOwn: true, changedBy: "token:all" });
  const shown = await world.call(
    "POST",
    "/mail/preview",
    { token: company.owner },
    { kind: "invitation", language: "en" },
  );
  expect(shown.body).toMatchObject({ subject: `Welcome to ${company.name}`, parts: { opening: "Dear Ann Lee" } });
  const draft = { ...TEXT, opening: "Hi {person}" };
  const drafted = await world.call(
    "POST",
    "/mail/preview",
    { token: company.owner },
    { kind: "invitation", language: "en", text: draft },
  );
  expect(drafted.body.text).toContain("Hi Ann Lee");
  await world.call("POST", "/invitations", { token: company.owner }, { email: "x@example.com", role: "viewer" });
  await world.send();
  expect(world.mails.taken[0]?.headers["subject"]).toBe(`Welcome to ${company.name}`);
  expect(world.mails.taken[0]?.text).toMatch(/Yours, token:all: https:\/\/zt\.example\/join#token=/);
  const theirs = await world.call("GET", "/mail/texts", { token: other.owner });
  expect(theirs.body.rows.filter((row: { isOwn: boolean }) => row.isOwn)).toEqual([]);
  expect((await world.call("DELETE", "/mail/texts/invitation/en", { token: company.owner })).status).toBe(200);
  const back = await world.call("GET", "/mail/texts", { token: company.owner });
  expect(back.body.rows.filter((row: { isOwn: boolean }) => row.isOwn)).toEqual([]);
  const trail = await world.own(
    "select action, target, before, after from audit_event where company_id = $1 and action like 'mail_text.%' order by id",
  );
  expect(trail).toMatchObject([
    { action: "mail_text.change", target: "invitation/en", after: TEXT },
    { action: "mail_text.reset", before: TEXT },
  ]);
});

test("a name in braces without a value is refused by its name, and who may only look changes and sees nothing", async () => {
  for (const [field, text] of [
    ["subject", "For {link}"],
    ["opening", "{count} of {person}"],
    ["closing", "{nobody}"],
  ] as const) {
    const answer = await put(company.owner, { ...TEXT, [field]: text });
    expect([answer.status, answer.body.field]).toEqual([400, field]);
    expect(answer.body.detail).toContain(field === "closing" ? "{nobody}" : field === "opening" ? "{count}" : "{link}");
  }
  expect((await put(company.owner, { ...TEXT, subject: "a\nBcc: b" })).status).toBe(400);
  for (const path of ["other/en", "invitation/fr"]) expect((await put(company.owner, TEXT, path)).status).toBe(400);
  const asked = { kind: "invitation", language: "en" };
  for (const [method, path, body] of [
    ["PUT", "/mail/texts/invitation/en", TEXT],
    ["DELETE", "/mail/texts/invitation/en", undefined],
    ["PUT", "/mail", { language: "de" }],
    ["POST", "/mail/test", asked],
    ["POST", "/mail/preview", asked],
    ["GET", "/mail", undefined],
    ["GET", "/mail/texts", undefined],
  ] as const) {
    expect((await world.call(method, path, { token: company.reader }, body)).status, path).toBe(403);
  }
  const scoped = await world.person("admin");
  await world.own("update membership set labels = '{lab}' where company_id = $1 and person_id = $2", scoped.id);
  expect((await world.call("PUT", "/mail", { cookie: scoped.cookie }, { language: "de" })).status).toBe(403);
});

test("a test goes to who asks, and is on record; a program has no address", async () => {
  const ann = await world.person("admin", "Ann Lee");
  const asked = { kind: "mention", language: "de" };
  const answer = await world.call("POST", "/mail/test", { cookie: ann.cookie }, asked);
  expect([answer.status, answer.body.to]).toEqual([202, ann.email]);
  await world.send();
  expect(world.mails.taken[0]).toMatchObject({ to: [ann.email] });
  expect(world.mails.taken[0]?.headers["subject"]).toBe(`[Probe] Sam Park hat Sie erwähnt: ${company.name}`);
  expect((await world.state()).rows[0]).toMatchObject({
    id: answer.body.id,
    kind: "test",
    state: "sent",
    to: ann.email,
  });
  expect((await world.api.audits(company.id)).at(-1)).toMatchObject({ action: "mail.test", detail: asked });
  expect((await world.call("POST", "/mail/test", { token: company.owner }, asked)).status).toBe(403);
  expect((await world.call("GET", "/me/mail", { token: company.owner })).status).toBe(403);
});

test("what a person chose holds in that company alone, and the company's language for who chose none", async () => {
  const ann = await world.person("viewer", "Ann");
  await world.call("PUT", "/mail", { token: company.owner }, { language: "de" });
  const mine = await world.call("GET", "/me/mail", { cookie: ann.cookie });
  expect(mine.body).toEqual({ isOn: true, email: ann.email, language: null, companyLanguage: "de", off: [] });
  const chosen = await world.call("PUT", "/me/mail", { cookie: ann.cookie }, { off: ["fixes_due", "mention"] });
  expect(chosen.body).toMatchObject({ language: null, off: ["mention", "fixes_due"] });
  expect((await world.call("PUT", "/me/mail", { cookie: ann.cookie }, { off: ["invitation"] })).status).toBe(400);
  const [row] = await world.own(
    "select before, after from audit_event where company_id = $1 and action = 'mail.choose'",
  );
  expect(row).toEqual({
    before: { language: null, off: [] },
    after: { language: null, off: ["mention", "fixes_due"] },
  });
  expect((await world.call("GET", "/mail", { token: other.owner })).body.language).toBe("en");
});
