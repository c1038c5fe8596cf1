import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "./fixtures.ts";

let folder = "";
const bom = (version: string, license: string) =>
  JSON.stringify({
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { timestamp: "2026-01-01T00:00:00Z", component: { type: "application", name: "app", "bom-ref": "app" } },
    components: [
      {
        type: "library",
        name: "a",
        version,
        "bom-ref": "a",
        purl: `pkg:npm/a@${version}`,
        licenses: [{ expression: license }],
      },
    ],
    dependencies: [{ ref: "app", dependsOn: ["a"] }],
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "zerotrace-sbom-"));
  await writeFile(join(folder, "a.json"), bom("1.9.0", "MIT"));
  await writeFile(join(folder, "b.json"), bom("1.10.0", "MIT"));
  await writeFile(join(folder, "bad.json"), bom("1.0.0", "MIT").replace('"library"', '"nothing"'));
  await writeFile(join(folder, "none.txt"), "nothing");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs `zerotrace sbom` on files of the folder. */
const sbom = (...argv: string[]) =>
  run(["sbom", ...argv.map((one) => (/^[a-z]+\.(?:json|txt|xml)$/.test(one) ? join(folder, one) : one))]);

test("sbom validate ends with 0, 1 or 2 and names the place", async () => {
  expect((await sbom("validate", "a.json")).code).toBe(0);
  const bad = await sbom("validate", "bad.json");
  expect(bad.code).toBe(1);
  expect(bad.out).toMatch(/^\/components\/0\/type: it must be one of application/);
  expect((await sbom("validate", "none.txt")).code).toBe(2);
  expect((await sbom("validate", "absent.json")).code).toBe(2);
});

test("sbom diff tells an upgrade, and a difference by its exit code where that is asked for", async () => {
  const diff = await sbom("diff", "a.json", "b.json");
  expect(diff.out).toMatch(/upgraded\s+pkg:npm\/a\s+1\.9\.0\s+1\.10\.0/);
  expect(diff.code).toBe(0);
  expect((await sbom("diff", "a.json", "b.json", "--exit-code")).code).toBe(1);
  expect((await sbom("diff", "a.json", "a.json", "--exit-code")).code).toBe(0);
});

test("sbom merge and convert write what validate accepts", async () => {
  const merged = await sbom("merge", "a.json", "b.json", "--to", "spdx-tag-value");
  expect(merged.out).toMatch(/PackageVersion: 1\.10\.0/);
  expect((await sbom("convert", "a.json", "--to", "cyclonedx-xml", "--spec", "1.4", "--output", "out.xml")).code).toBe(
    0,
  );
  const checked = await sbom("validate", "out.xml", "--format", "json");
  expect(JSON.parse(checked.out)).toMatchObject({ isValid: true, format: "cyclonedx-xml", version: "1.4" });
  expect((await sbom("convert", "a.json", "--spec", "9.9")).code).toBe(2);
});

test("sbom complete counts elements, and fails only where a rule is required", async () => {
  const told = await sbom("complete", "a.json");
  expect(told.out).toMatch(/NTIA minimum elements: incomplete/);
  expect(told.code).toBe(0);
  expect((await sbom("complete", "a.json", "--require", "bsi")).code).toBe(1);
});

test("sbom of a bill of materials keeps all that it says, also of what nobody knows", async () => {
  const component = {
    type: "library",
    name: "model",
    version: "2",
    purl: "pkg:mlflow/acme/model@2",
    hashes: [{ alg: "SHA-256", content: "a".repeat(64) }],
    description: "A model.",
    properties: [{ name: "own", value: "word" }],
  };
  const head = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { timestamp: "2026-01-01T00:00:00Z" },
  };
  await writeFile(join(folder, "model.json"), JSON.stringify({ ...head, components: [component] }));
  const { code, out } = await sbom("model.json");
  expect(code).toBe(0);
  const made = JSON.parse(out);
  expect(made.components[0]).toMatchObject(component);
  expect(made.metadata.timestamp).toMatch(/^2026-01-01T00:00:00/);
  expect(made.components).toHaveLength(1);
});
