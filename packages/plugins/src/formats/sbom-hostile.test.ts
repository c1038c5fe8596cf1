import fc from "fast-check";
import { AppError } from "@zerotrace/core";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { detectSbom } from "./sbom-detect.ts";
import { textOfPieces, writeSbom } from "./sbom-formats.ts";
import { lazyJsonOfBytes } from "./sbom-lists.ts";
import { readSbom } from "./sbom-read.ts";
import { SBOM_LIMITS } from "./sbom.ts";

const told = async (bytes: Uint8Array): Promise<unknown> => await readSbom(bytes).catch((error: unknown) => error);

test("values of any kind anywhere break nothing", async () => {
  const roots = [
    { bomFormat: "CycloneDX", specVersion: "1.6" },
    { spdxVersion: "SPDX-2.3" },
    { "@context": "https://spdx.org/rdf/3.0.1/x" },
  ];
  const keys = [
    "metadata",
    "components",
    "dependencies",
    "packages",
    "relationships",
    "@graph",
    "creationInfo",
    "annotations",
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...roots),
      fc.dictionary(fc.constantFrom(...keys), fc.jsonValue()),
      async (root, rest) => {
        const bytes = Buffer.from(JSON.stringify({ ...rest, ...root }));
        const result = await told(bytes);
        const cut = await readSbom(bytes, (own) => lazyJsonOfBytes(own, 0)).catch((error: unknown) => error);
        if (result instanceof Error) {
          expect(result).toMatchObject({ code: "BAD_REQUEST" });
          expect(cut).toMatchObject({ code: "BAD_REQUEST" });
        } else expect(cut).toEqual(result);
      },
    ),
    { numRuns: 300 },
  );
});

test("nesting, bombs, entities and circles are bounded", async () => {
  const deep = `{"bomFormat":"CycloneDX","specVersion":"1.6","components":${"[".repeat(SBOM_LIMITS.depth + 1)}${"]".repeat(SBOM_LIMITS.depth + 1)}}`;
  expect(((await told(Buffer.from(deep))) as AppError).message).toMatch(/nested deeper/);
  const bomb = gzipSync(Buffer.alloc(SBOM_LIMITS.sizeBytes + 1, " "));
  expect(((await told(bomb)) as AppError).message).toMatch(/larger than/);
  const entity = '<!DOCTYPE b [<!ENTITY x "y">]><bom xmlns="http://cyclonedx.org/schema/bom/1.4"/>';
  expect(((await told(Buffer.from(entity))) as AppError).message).toMatch(/document type/);
  const ids = ["a", "b", "c"];
  const circle = {
    spdxVersion: "SPDX-2.3",
    packages: ids.map((id) => ({ SPDXID: id, name: id })),
    relationships: ids.map((id, i) => ({
      spdxElementId: id,
      relationshipType: "CONTAINS",
      relatedSpdxElement: ids[(i + 1) % 3],
    })),
  };
  const read = await readSbom(Buffer.from(JSON.stringify(circle)));
  const written = textOfPieces(await writeSbom(read, "cyclonedx-json"));
  expect((await readSbom(Buffer.from(written))).components).toHaveLength(3);
});

test("what a document is shows in what it holds; packed, foreign and unread ones are told apart", () => {
  const of = (text: string) => detectSbom(Buffer.from(text));
  expect(of(' {"a": 1, "spdxVersion": "SPDX-2.3"}')).toEqual({ format: "spdx-json" });
  expect(of("spdxVersion: SPDX-2.3\n")).toMatchObject({
    format: null,
    refused: "SPDX in YAML is not read: convert it to JSON",
  });
  expect(of('<rdf:RDF xmlns:spdx="http://spdx.org/rdf/terms#">')).toMatchObject({ format: null });
  expect([of(""), of("{}"), of("<project/>"), of("# nothing")]).toEqual([null, null, null, null]);
});

test("a document inside an attestation, its envelope or an answer of an API is found", async () => {
  const document = { spdxVersion: "SPDX-2.3", name: "d", packages: [{ SPDXID: "SPDXRef-a", name: "a" }] };
  const statement = { predicateType: "https://spdx.dev/Document", predicate: document };
  const payload = Buffer.from(JSON.stringify(statement)).toString("base64");
  const envelope = { payloadType: "application/vnd.in-toto+json", payload, signatures: [] };
  for (const one of [statement, envelope, { sbom: document }]) {
    const { components } = await readSbom(Buffer.from(JSON.stringify(one)));
    expect(components.map(({ name }) => name)).toEqual(["a"]);
  }
});

test("a large document whose lists are no plain lists of objects is refused as a small one is", () => {
  const parse = (text: string, from: number): unknown => {
    try {
      const root = lazyJsonOfBytes(Buffer.from(text), from) as Record<string, Iterable<unknown>>;
      return [...(root["components"] ?? [])];
    } catch (error) {
      return (error as AppError).code;
    }
  };
  const lists = [
    "[{},{}]",
    "[{} {}]",
    "[{},]",
    "[,{}]",
    '[{"a":"]}\\""},1]',
    "[{}",
    "[{a}]",
    "[]",
    '[{"a":{"b":[]}}]',
    "[[{}]]",
  ];
  for (const list of lists) {
    const text = `{"x":{"components":[1]},"components":${list},"y":"components"}`;
    expect(parse(text, 0), list).toEqual(parse(text, Number.POSITIVE_INFINITY));
  }
});
