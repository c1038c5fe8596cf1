import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { affectedRoutes } from "../affected/index.ts";
import { assetDiffRoute, assetRoutes } from "../assets/index.ts";
import { createDictionary } from "../components/index.ts";
import { createIngest } from "../inventory/index.ts";
import { statRoutes } from "../stats/index.ts";
import { createUploads, type Uploads } from "./index.ts";

let api: TestApi;
let company: TestCompany;
let dataDir: string;
let uploads: Uploads;
const enriched: number[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "zerotrace-uploads-"));
  api = await startApi(({ db }) => {
    const dictionary = createDictionary(db);
    const ingest = createIngest(db, dictionary, async (_, companyId) => void enriched.push(companyId));
    uploads = createUploads({ db, dictionary, ingest, dataDir, registryHosts: [] });
    const authorities = async () => () => ({ authority: "none" as const, sources: [] });
    return [
      ...uploads.routes,
      ...assetRoutes({ offlineAfterSeconds: 90, authorities }),
      ...statRoutes({ offlineAfterSeconds: 90, pendingJobs: async () => 0 }),
      ...affectedRoutes(),
      assetDiffRoute({ historyDays: 30 }),
    ];
  });
  company = await api.company();
});
afterAll(async () => {
  await api.close();
  await rm(dataDir, { recursive: true, force: true });
});

const library = (name: string, version: string, more: object = {}) => ({
  type: "library",
  "bom-ref": `${name}@${version}`,
  name,
  version,
  purl: `pkg:npm/${name}@${version}`,
  ...more,
});

const document = (components: object[], subject: object = { type: "application", name: "shop", version: "1.0.0" }) =>
  JSON.stringify({
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    metadata: { component: { "bom-ref": "subject", ...subject } },
    components,
  });

const send = async (bytes: string | Buffer, query = "", token = company.owner, type = "application/octet-stream") => {
  const answer = await fetch(`${api.origin}/api/v1/sboms${query}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": type },
    body: Buffer.from(bytes),
  });
  // oxlint-disable-next-line typescript/no-explicit-any -- a test asserts on what came, whatever its type says
  return { status: answer.status, body: (await answer.json()) as any };
};
const get = async (path: string, token = company.reader) => (await api.call("GET", `/api/v1${path}`, { token })).body;

const names = async (assetId: string): Promise<string[]> =>
  (await get(`/assets/${assetId}/components`)).rows.map((c: { purl: string }) => c.purl);

test("a document makes an asset with its components, and the same document again changes nothing", async () => {
  const two = document([library("ms", "2.1.3", { licenses: [{ license: { id: "MIT" } }] }), library("debug", "4.0.0")]);
  const first = await send(two, "?branch=main&file=bom.json");
  expect(first).toMatchObject({
    status: 201,
    body: { state: "done", name: "bom.json", assetName: "shop", branch: "main", componentCount: 2, addedCount: 2 },
  });
  const asset = await get(`/assets/${first.body.assetId}`);
  expect(asset).toMatchObject({ kind: "repository", name: "shop", branch: "main", version: "1.0.0", online: false });
  expect(asset.facts.document).toMatchObject({ format: "cyclonedx-json", version: "1.6" });
  expect(await names(first.body.assetId)).toEqual(["pkg:npm/debug@4.0.0", "pkg:npm/ms@2.1.3"]);
  const [, ms] = (await get(`/assets/${first.body.assetId}/components`)).rows;
  expect(ms.found).toMatchObject({ license: "MIT", paths: [] });
  const again = await send(two, "?branch=main");
  expect(again.body).toMatchObject({ assetId: first.body.assetId, addedCount: 0, removedCount: 0 });
  const changed = await send(document([library("ms", "2.1.4"), library("debug", "4.0.0")]), "?branch=main");
  expect(changed.body).toMatchObject({ assetId: first.body.assetId, addedCount: 1, removedCount: 1 });
  expect((await get(`/assets/${first.body.assetId}/deltas`)).rows).toHaveLength(2);
  expect(enriched).toContain(company.id);
  expect(await readdir(join(dataDir, "uploads"))).toEqual([]);
});

test("branches are assets of their own, and each names the others", async () => {
  const dev = await send(document([library("ms", "3.0.0")]), "?branch=dev");
  const { branches } = await get(`/assets/${dev.body.assetId}`);
  expect(branches.map((one: { branch: string }) => one.branch).sort()).toEqual(["dev", "main"]);
});

test("what an asset is comes from the document's subject, and the caller may say it", async () => {
  const image = { type: "container", name: "registry.example:5000/team/web:1.4", version: "sha256:abc" };
  const told = await send(document([library("ms", "1.0.0")], image));
  expect(await get(`/assets/${told.body.assetId}`)).toMatchObject({
    kind: "image",
    name: "registry.example:5000/team/web",
    branch: "1.4",
    version: "sha256:abc",
  });
  const said = await send(document([library("ms", "1.0.0")], image), "?kind=host&name=box");
  expect(await get(`/assets/${said.body.assetId}`)).toMatchObject({ kind: "host", name: "box", branch: "" });
});

test("a document about an image is one whatever its maker calls the subject, and found as one", async () => {
  const named = { type: "application", name: "team/api", version: "2.0", purl: "pkg:oci/api@sha256%3Aabc" };
  const told = await send(document([library("ms", "1.0.0")], named));
  expect(await get(`/assets/${told.body.assetId}`)).toMatchObject({ kind: "image", name: "team/api" });
  const spdx = `SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: team/worker
DocumentNamespace: https://example.com/worker
Creator: Tool: other
Created: 2026-01-01T00:00:00Z

PackageName: team/worker
SPDXID: SPDXRef-DocumentRoot-Image-worker
PackageVersion: 1.0
PackageDownloadLocation: NOASSERTION

PackageName: ms
SPDXID: SPDXRef-ms
PackageVersion: 1.0.0
PackageDownloadLocation: NOASSERTION
ExternalRef: PACKAGE-MANAGER purl pkg:npm/ms@1.0.0

Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-DocumentRoot-Image-worker
Relationship: SPDXRef-DocumentRoot-Image-worker CONTAINS SPDXRef-ms
`;
  const worker = await send(spdx);
  expect(await get(`/assets/${worker.body.assetId}`)).toMatchObject({ kind: "image", name: "team/worker" });
});

test("what cannot be judged is counted as such and told, never left out", async () => {
  const parts = [library("ms", "1.0.0"), { type: "library", "bom-ref": "x", name: "homegrown", version: "7" }];
  const { body } = await send(document(parts, { type: "application", name: "partly" }));
  expect(body).toMatchObject({ componentCount: 2, notJudgedCount: 1, problemCount: 1 });
  expect(body.problems[0]).toMatch(/1 cannot be judged: it has no package URL/);
  const { rows } = await get(`/assets/${body.assetId}/components?q=homegrown`);
  expect(rows).toMatchObject([{ ecosystem: "Generic", verdict: "pending" }]);
  expect((await get(`/assets/${body.assetId}`)).sources[0].problems).toHaveLength(1);
});

test("packed documents, XML and tag-values are read by their content", async () => {
  const tags = "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: tagged\n";
  const part =
    "PackageName: ms\nSPDXID: SPDXRef-ms\nPackageVersion: 2.0.0\nPackageDownloadLocation: NONE\nExternalRef: PACKAGE-MANAGER purl pkg:npm/ms@2.0.0\n";
  expect((await send(`${tags}${part}`, "", company.owner, "text/spdx")).body).toMatchObject({ componentCount: 1 });
  const packed = gzipSync(document([library("ms", "1.0.0")], { type: "application", name: "packed" }));
  expect((await send(packed)).body).toMatchObject({ assetName: "packed", componentCount: 1 });
});

test("a document that is not read is refused with the place, and the refusal stays to be seen", async () => {
  const broken = await send(
    `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":}]}`,
    "?file=broken.json",
  );
  expect(broken).toMatchObject({ status: 400, body: { code: "BAD_REQUEST" } });
  expect(broken.body.detail).toContain(`[{"name":}]`);
  const [newest] = (await get("/uploads?limit=1")).rows;
  expect(newest).toMatchObject({ name: "broken.json", state: "failed", error: broken.body.detail, assetId: null });
  const nameless = await send(JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.6", components: [] }));
  expect(nameless).toMatchObject({ status: 400, body: { field: "name" } });
  expect((await send("hello")).status).toBe(400);
});

test("another company sees neither upload nor asset, a reader may not upload, and each is on record", async () => {
  const { body } = await send(document([library("ms", "1.0.0")]), "?branch=secret");
  const other = await api.company();
  const asset = `/assets/${body.assetId}`;
  for (const path of [`/uploads/${body.id}`, asset, `${asset}/diff?from=now`, `${asset}/trend`]) {
    expect((await api.call("GET", `/api/v1${path}`, { token: company.reader })).status, path).toBe(200);
    expect((await api.call("GET", `/api/v1${path}`, { token: other.owner })).status).toBe(404);
  }
  expect((await get("/uploads", other.owner)).rows).toEqual([]);
  expect((await get("/affected?q=ms", other.owner)).rows).toEqual([]);
  expect((await get("/affected?q=ms")).rows.length).toBeGreaterThan(0);
  const mine = await send(document([library("ms", "1.0.0")]), "?branch=secret", other.owner);
  expect(mine.body.assetId).not.toBe(body.assetId);
  expect((await send(document([]), "", company.reader)).status).toBe(403);
  const { id: taken } = body;
  expect((await send(document([]), `?uploadId=${taken}`)).status).toBe(409);
  const audits = (await api.audits(company.id)).filter(({ action }) => action === "sbom.upload");
  expect(audits.at(-1)).toMatchObject({ target: body.id, detail: { assetId: body.assetId, components: 1 } });
  expect(audits.some(({ detail }) => detail["outcome"] === "refused")).toBe(true);
});

test("progress is told to listeners by the id that the caller chose", async () => {
  const uploadId = crypto.randomUUID();
  await send(document([library("ms", "1.0.0")], { type: "application", name: "told" }), `?uploadId=${uploadId}`);
  const events = await api.db.withCompany(company.id, (tx) =>
    tx.query<{ summary: { state: string } }>(
      "select summary from outbox where company_id = $1 and channel = 'upload_update' and $2 = any(ids) order by id",
      [company.id, uploadId],
    ),
  );
  expect(events.map(({ summary }) => summary.state)).toEqual(["receiving", "waiting", "reading", "storing", "done"]);
});

test("an image at an address that is not public is not asked, and its upload says why", async () => {
  const asked = await api.call("POST", "/api/v1/images", {
    token: company.owner,
    body: { reference: "127.0.0.1:9/team/app:1" },
  });
  expect(asked).toMatchObject({ status: 202, body: { state: "waiting", kind: "image" } });
  const payload = { companyId: company.id, uploadId: asked.body.id };
  await uploads.scanImage(payload, { attempt: 1, maxAttempts: 3, signal: new AbortController().signal });
  expect(await get(`/uploads/${asked.body.id}`)).toMatchObject({ state: "failed", error: /not public/ });
  const reader = await api.call("POST", "/api/v1/images", { token: company.reader, body: { reference: "nginx:1" } });
  expect(reader.status).toBe(403);
  const wrong = await api.call("POST", "/api/v1/images", { token: company.owner, body: { reference: "file:///x" } });
  expect(wrong.status).toBe(400);
});
