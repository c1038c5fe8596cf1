import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { listJobs } from "../../platform/queue/index.ts";
import { makeDigest } from "./expand.ts";
import { type MailWorld, startMailWorld } from "./world-fixtures.ts";
import { requestMails, resealMails, type Sender, sendMails } from "./index.ts";

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

const PICTURE = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==";

test("an invitation arrives once with a link of its own, in both parts, as the company looks, and nothing but the mail holds the link", async () => {
  const brand = { name: "Äcme & <Söhne>", accent: "#113388", logo: PICTURE };
  await world.call("PUT", "/brand", { token: company.owner }, brand);
  const made = await world.call(
    "POST",
    "/invitations",
    { token: company.owner },
    { email: "New@Example.com", role: "viewer" },
  );
  expect(made.body).toMatchObject({ mailed: true });
  const [row] = await world.own("select * from mail where company_id = $1");
  await world.send();
  await world.send();
  expect(world.mails.taken).toHaveLength(1);
  const [mail] = world.mails.taken as [(typeof world.mails.taken)[0]];
  expect(mail).toMatchObject({ from: "zt@platform.example", to: ["new@example.com"] });
  expect(mail.headers).toMatchObject({
    subject: `token:all invites you to ${company.name} in ZeroTrace`,
    "auto-submitted": "auto-generated",
    "message-id": `<${row.id}@platform.example>`,
  });
  expect(mail.headers["from"]).toMatch(/^"?Äcme & <Söhne>"? <zt@platform.example>$/);
  expect(mail.headers["list-unsubscribe"]).toBeUndefined();
  expect(mail.types).toEqual(expect.arrayContaining(["multipart/alternative", "text/plain", "text/html", "image/png"]));
  const [url = ""] = /https:\/\/zt\.example\/join#token=\S+/.exec(mail.text) ?? [];
  const token = url.split("#token=")[1] as string;
  // who is shown a link may not be the one whose address it is
  expect(url).not.toBe(made.body.url);
  expect(JSON.stringify(row)).not.toContain(token);
  expect(mail.html).toContain(`<a href="${url}"`);
  expect(mail.html).toContain("Äcme &amp; &lt;Söhne&gt;");
  expect(mail.html).toContain("background:#113388");
  expect(mail.html).toContain('src="cid:logo@zerotrace"');
  expect(mail.html).not.toMatch(/src="http/);
  const [after] = await world.own("select state, link, error from mail where company_id = $1");
  expect(after).toEqual({ state: "sent", link: null, error: null });
  expect(JSON.stringify(await world.state())).not.toContain(token);
  expect(JSON.stringify(await world.api.audits(company.id))).not.toContain(token);
});

test("a link for a new password goes to its person, in the language that they chose", async () => {
  const ann = await world.person("viewer", "Ann Lee");
  await world.call("PUT", "/me/mail", { cookie: ann.cookie }, { language: "de" });
  const made = await world.call("POST", "/password-reset-links", { token: company.owner }, { email: ann.email });
  expect(made.body.mailed).toBe(true);
  await world.send();
  const [mail] = world.mails.taken as [(typeof world.mails.taken)[0]];
  expect(mail.to).toEqual([ann.email]);
  expect(mail.headers["subject"]).toBe(`Neues Passwort für ${company.name} wählen`);
  expect(mail.raw.split("\r\n\r\n")[0]).not.toContain("für");
  expect(mail.text).toContain(made.body.url);
  expect(mail.html).toContain('lang="de"');
});

test("mentions within a minute are one mail that tells what its reader may see; who switched it off or has read it gets none", async () => {
  await world.host(["lab"]);
  const [ann, bob, cy] = [
    await world.person("operator", "Ann"),
    await world.person("operator", "Bob"),
    await world.person("viewer", "Cy"),
  ];
  const [finding] = await world.own("select id from finding where company_id = $1 and package = 'bash'");
  const comment = (text: string) =>
    world.call("POST", `/findings/${finding.id}/comments`, { cookie: ann.cookie }, { text });
  await comment(`@${bob.email} first <b>look</b> & tell`);
  await comment(`@${bob.email} second`);
  await comment(`@${cy.email} you too`);
  await world.own("update membership set labels = '{elsewhere}' where company_id = $1 and person_id = $2", cy.id);
  await world.send();
  expect(world.mails.taken.map((mail) => mail.to)).toEqual([[bob.email]]);
  const [mail] = world.mails.taken as [(typeof world.mails.taken)[0]];
  expect(mail.headers["subject"]).toBe(`Ann mentioned you: ${company.name}`);
  expect(mail.text).toContain("(2)");
  expect(mail.text).toContain(`https://zt.example/findings/${finding.id}`);
  expect(mail.html).toContain("first &lt;b&gt;look&lt;/b&gt; &amp; tell");
  expect(mail.headers["list-unsubscribe"]).toBe("<https://zt.example/me#mail>");
  expect(mail.text).toContain("https://zt.example/me#mail");

  world.mails.taken.length = 0;
  await comment(`@${bob.email} third`);
  await world.call("POST", "/me/mentions/read", { cookie: bob.cookie }, {});
  await world.send();
  await world.call("PUT", "/me/mail", { cookie: bob.cookie }, { off: ["mention"] });
  await comment(`@${bob.email} fourth`);
  await world.send();
  expect(world.mails.taken).toEqual([]);
  expect((await world.own("select state from mail where company_id = $1 and state = 'waiting'")).length).toBe(0);
});

test("who is given a fix hears of it, and of its day once a day; who takes one on themselves does not", async () => {
  await world.host();
  const [ann, bob] = [await world.person("operator", "Ann"), await world.person("operator", "Bob")];
  const list = await world.call("GET", "/fixes", { cookie: ann.cookie });
  const fix = list.body.rows.find((one: { package: string }) => one.package === "openssl").id;
  await world.call("PATCH", `/fixes/${fix}`, { cookie: ann.cookie }, { assigneeId: ann.id });
  expect(await world.own("select 1 from mail where company_id = $1")).toEqual([]);
  await world.call("PATCH", `/fixes/${fix}`, { cookie: ann.cookie }, { assigneeId: bob.id, dueOn: "2020-01-31" });
  await world.own("insert into mail_company (company_id, digest_on) values ($1, '2999-01-01')");
  await world.send();
  expect(world.mails.taken.map(({ to, headers }) => [to, headers["subject"]])).toEqual([
    [[bob.email], `Fixes for you: 1 (${company.name})`],
  ]);
  expect(world.mails.taken[0]?.text).toContain("to 1.1; 2 findings on 1 assets; due January 31, 2020");

  world.mails.taken.length = 0;
  const noon = new Date("2999-06-01T12:00:00Z");
  for (let i = 0; i < 2; i += 1) await world.api.db.withCompany(company.id, (tx) => makeDigest(tx, company.id, noon));
  await world.send();
  expect(world.mails.taken.map(({ to, headers }) => [to, headers["subject"]])).toEqual([
    [[bob.email], `Your fixes: 1 overdue, 1 due soon or past (${company.name})`],
  ]);
  expect(world.mails.taken[0]?.text).toContain("overdue since January 31, 2020");
});

test("a decision that waits is told to whoever may approve it, and not to who proposed it or may only look", async () => {
  await world.host();
  await world.call("PUT", "/settings", { token: company.owner }, { "decisions.second_approval": true });
  const [ann, bob] = [await world.person("admin", "Ann"), await world.person("admin", "Bob")];
  await world.person("viewer", "Cy");
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const wish = { kind: "accept_risk", scope: "package:bash", reason: "Next window", expiresAt };
  const made = await world.call("POST", "/decisions", { cookie: ann.cookie }, wish);
  expect(made.body.state).toBe("proposed");
  await world.send();
  expect(world.mails.taken.map(({ to }) => to)).toEqual([[bob.email]]);
  expect(world.mails.taken[0]?.text).toContain("accept the risk: package:bash");
});

test("what waits while the server takes nothing is sent when it does, with its error seen and the company's mail at rest meanwhile", async () => {
  await world.call("POST", "/invitations", { token: company.owner }, { email: "a@example.com", role: "viewer" });
  await world.call("POST", "/invitations", { token: company.owner }, { email: "b@example.com", role: "viewer" });
  world.mails.isBusy = true;
  await world.send();
  const failing = await world.state();
  expect(failing).toMatchObject({
    waitingCount: 2,
    failedCount: 0,
    lastError: expect.stringContaining("Come back later"),
  });
  expect(failing.failingSince).not.toBeNull();
  // the server is not asked for the second at once, and not again before its time
  expect((await world.own("select attempts from mail where company_id = $1 and error is not null")).length).toBe(1);
  await sendMails(world.deps, { companyId: company.id }, new AbortController().signal);
  expect((await world.own("select max(attempts)::int as n from mail where company_id = $1"))[0].n).toBe(1);
  world.mails.isBusy = false;
  await world.send();
  expect(world.mails.taken.map(({ to }) => to[0]).toSorted((a, b) => (a! < b! ? -1 : 1))).toEqual([
    "a@example.com",
    "b@example.com",
  ]);
  expect(await world.state()).toMatchObject({ waitingCount: 0, failingSince: null });
});

test("a receiver that is refused for good is given up at once, and holds no other up", async () => {
  world.mails.refused.add("nobody@example.com");
  for (const email of ["nobody@example.com", "a@example.com"]) {
    await world.call("POST", "/invitations", { token: company.owner }, { email, role: "viewer" });
  }
  await world.send();
  expect(world.mails.taken.map(({ to }) => to)).toEqual([["a@example.com"]]);
  const state = await world.state();
  expect(state).toMatchObject({
    waitingCount: 0,
    failedCount: 1,
    lastError: expect.stringContaining("No such user here"),
  });
  expect(state.rows.find((row: { state: string }) => row.state === "failed")).toMatchObject({
    to: "nobody@example.com",
  });
});

test("a stop in between loses nothing: each mail is sent at least once", async () => {
  for (let i = 0; i < 4; i += 1) {
    await world.call("POST", "/invitations", { token: company.owner }, { email: `p${i}@example.com`, role: "viewer" });
  }
  const stop = new AbortController();
  const stopping: Sender = {
    send: async (letter) => {
      await world.deps.sender?.send(letter);
      if (world.mails.taken.length === 2) stop.abort();
    },
    close: () => undefined,
  };
  await world.send({ sender: stopping }, stop.signal);
  expect(world.mails.taken).toHaveLength(2);
  // another process ends without a word while it holds one
  await world.own(
    "update mail set attempts = attempts + 1, next_try_at = now() + interval '1 hour' where company_id = $1 and state = 'waiting'",
  );
  await world.send();
  expect(new Set(world.mails.taken.map(({ to }) => to[0])).size).toBe(4);
});

test("no name begins another header, whatever a company or a person is called", async () => {
  const evil = "Ann\r\nBcc: victim@example.com\r\n\r\n<script>alert(1)</script>";
  await world.api.db.asService((tx) =>
    tx.query("update company set name = $2 where id = $1", [company.id, `${evil} ${company.id}`]),
  );
  const ann = await world.person("viewer", evil);
  await world.own(
    "insert into company_setting (company_id, name, value, changed_by) values ($1, 'brand', $2::jsonb, 'x')",
    JSON.stringify({ name: "Evil\nCc: other@example.com" }),
  );
  await world.call("POST", "/password-reset-links", { token: company.owner }, { email: ann.email });
  await world.send();
  const [mail] = world.mails.taken as [(typeof world.mails.taken)[0]];
  expect(mail.to).toEqual([ann.email]);
  expect([mail.headers["bcc"], mail.headers["cc"]]).toEqual([undefined, undefined]);
  expect(mail.html).not.toContain("<script>");
  expect(mail.headers["to"]).toContain(ann.email);
});

test("a company sends so many an hour and no more: the rest waits", async () => {
  for (let i = 0; i < 3; i += 1) {
    await world.call("POST", "/invitations", { token: company.owner }, { email: `q${i}@example.com`, role: "viewer" });
  }
  await world.send({ hourMax: 2 });
  expect(world.mails.taken).toHaveLength(2);
  await world.send({ hourMax: 2 });
  expect(world.mails.taken).toHaveLength(2);
  await world.own("update mail set tried_at = now() - interval '2 hours' where company_id = $1 and state = 'sent'");
  await world.send({ hourMax: 2 });
  expect(world.mails.taken).toHaveLength(3);
});

test("without a mail server nothing waits, and the page can say so", async () => {
  await world.host();
  const ann = await world.person("operator", "Ann");
  const [finding] = await world.own("select id from finding where company_id = $1 limit 1");
  await world.call(
    "POST",
    `/findings/${finding.id}/comments`,
    { token: company.owner },
    { text: `@${ann.email} look` },
  );
  await world.own("update mail set next_try_at = now() where company_id = $1");
  await requestMails(world.api.db, [company.id], false);
  const jobs = await world.api.db.withCompany(company.id, (tx) => listJobs(tx, company.id));
  expect(jobs.map(({ task }) => task)).toContain("mail-send");
  await world.send({ server: null, sender: null });
  expect(await world.own("select 1 from mail where company_id = $1")).toEqual([]);
  expect(world.mails.taken).toEqual([]);
});

test("a new data key seals the links that wait anew, and they are sent all the same", async () => {
  await world.call("POST", "/invitations", { token: company.owner }, { email: "a@example.com", role: "viewer" });
  await world.api.db.withCompany(company.id, (tx) => world.keys.rotate(tx, company.id));
  expect(await resealMails(world.api.db, world.keys, company.id)).toBe(1);
  expect(await resealMails(world.api.db, world.keys, company.id)).toBe(0);
  await world.send();
  expect(world.mails.taken).toHaveLength(1);
});
