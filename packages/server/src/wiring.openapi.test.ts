import { z } from "zod";
import { expect, test } from "vitest";
import { contract } from "./contract.ts";
import { openApi } from "./wiring.ts";

interface Media {
  readonly schema: Parameters<typeof z.fromJSONSchema>[0];
  readonly example?: unknown;
}
interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters: readonly { name: string; in: string; example?: unknown }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>;
}
const document = openApi("1") as { paths: Record<string, Record<string, Operation>> };
const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
const named = ({ tags, operationId }: Operation): string => `${tags[0]}.${operationId}`;
const answersOf = ({ responses }: Operation): Media[] =>
  Object.values(responses).flatMap(({ content = {} }) => Object.values(content));

test("every operation has an example of its path, of its body and of its answer", () => {
  const count = Object.values(contract).flatMap((routes) => Object.values(routes)).length;
  expect(operations).toHaveLength(count);
  const lacking = operations.filter((one) => {
    const bodies = Object.values(one.requestBody?.content ?? { none: { example: "" } });
    return (
      one.parameters.some((parameter) => parameter.in === "path" && parameter.example === undefined) ||
      bodies.every(({ example }) => example === undefined) ||
      answersOf(one).every(({ example }) => example === undefined)
    );
  });
  expect(lacking.map(named)).toEqual([]);
});

/** They answer a file, or nothing. */
const NO_JSON = [
  "assets.exportAssets",
  "assets.exportComponents",
  "decisions.exportDecisions",
  "findings.exportFindings",
  "scim.scimDeleteGroup",
  "scim.scimDeleteUser",
];

test("the example of an answer is one that its schema takes", () => {
  const wrong = operations.filter((one) =>
    answersOf(one).some(({ schema, example }) => !z.fromJSONSchema(schema).safeParse(example).success),
  );
  expect(wrong.map(named).sort()).toEqual(NO_JSON);
});

test("nothing looks like a reference but references: tools resolve them wherever they stand", () => {
  const refs = JSON.stringify(document).match(/"\$ref":"[^"]*"/g) ?? [];
  expect(refs.filter((ref) => !ref.startsWith('"$ref":"#/'))).toEqual([]);
});

test("an example tells the ids of what it asks for, and the document stays small", () => {
  const found = operations.find(({ operationId }) => operationId === "getFinding") as Operation;
  const { parameters, responses } = found;
  expect(parameters).toMatchObject([{ name: "id", in: "path", example: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
  expect(responses["200"]?.content?.["application/json"]?.example).toMatchObject({ advisory: expect.any(String) });
  expect(JSON.stringify(document).length).toBeLessThan(1_000_000);
});
