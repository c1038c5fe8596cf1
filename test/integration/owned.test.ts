import type { Component } from "@zerotrace/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { debian, full, type Live, type LiveHost, record, startLive } from "../support/live.ts";

let live: Live;
let host: LiveHost;
const PYPI = record("CVE-2026-0005", "PyPI", "requests", "2.30.0");
const DEBIAN = record("CVE-2026-0006", "Debian:12", "requests", "2.28.1+dfsg-2");
const deb = debian("python3-requests", "2.28.1+dfsg-1", "requests");
const own: Component = { ecosystem: "PyPI", name: "requests", version: "2.28.1" };
const owned: Component = {
  ...own,
  ownedBy: { ecosystem: "Debian:12", name: "requests", version: "2.28.1+dfsg-1" },
};

beforeAll(async () => {
  live = await startLive({ PyPI: [PYPI], Debian: [DEBIAN] });
  host = await live.host("owned");
  await host.report({ dpkg: [deb], "python-site": [own, owned] });
  await live.server.settled();
});
afterAll(() => live.stop());

const component = async (isOwned: boolean) => {
  const { rows } = (await live.call("GET", `/api/v1/assets/${host.assetId}/components`)).body;
  return rows.find(
    (c: { ecosystem: string; ownedBy: object | null }) => c.ecosystem === "PyPI" && !c.ownedBy !== isOwned,
  );
};
const asset = async () => (await live.call("GET", `/api/v1/assets/${host.assetId}`)).body;
const open = async () => (await live.findings()).map((f) => `${f.purl.split("@")[0]} ${f.advisory}`).sort();

test("what lies in a package of the system takes that package's verdict and has no findings; the same elsewhere has its own", async () => {
  expect(await open()).toEqual(["pkg:deb/debian/python3-requests CVE-2026-0006", "pkg:pypi/requests CVE-2026-0005"]);
  expect(await component(true)).toMatchObject({
    verdict: "affected",
    reason: "owned",
    findingCount: 0,
    ownedBy: { ecosystem: "Debian:12", name: "requests", version: "2.28.1+dfsg-1" },
  });
  expect(await component(false)).toMatchObject({ verdict: "affected", reason: null, findingCount: 1, ownedBy: null });
  expect((await asset()).coverage).toEqual({ covered: 3, notCovered: 0, unparsable: 0 });
});

test("a changed advisory of the owner changes the verdict on what lies in it; one of its own ecosystem does not", async () => {
  await live.publish({
    PyPI: [record("CVE-2026-0005", "PyPI", "requests", "9.0.0")],
    Debian: [record("CVE-2026-0006", "Debian:12", "requests", "2.28.1+dfsg-1")],
  });
  expect(await component(true)).toMatchObject({ verdict: "not_affected", reason: "owned" });
  expect(await open()).toEqual(["pkg:pypi/requests CVE-2026-0005"]);
});

test("where nobody covers the owner, what lies in it is unknown", async () => {
  await live.publish({ Debian: [record("CVE-2026-0006", "Debian:11", "requests", "1")] });
  expect(await component(true)).toMatchObject({ verdict: "unknown", reason: "no_feed", findingCount: 0 });
  expect((await asset()).coverage).toEqual({ covered: 1, notCovered: 2, unparsable: 0 });
});

test("an owner that is not in the body is refused by its field, and a body without owners is taken", async () => {
  const [source] = full({ "python-site": [own, owned] }) as [{ components: object }];
  const refused = await host.report([{ ...source, components: { ...source.components, owner: [0, 2] } }]);
  expect(refused).toMatchObject({ status: 400, body: { field: "sources[0].components.owner" } });
  const uneven = await host.report([{ ...source, components: { ...source.components, owner: [0] } }]);
  expect(uneven).toMatchObject({ status: 400, body: { field: "sources[0].components.owner" } });
  expect((await host.report({ "python-site": [own] })).status).toBe(202);
});
