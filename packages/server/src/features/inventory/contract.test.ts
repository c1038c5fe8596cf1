import { expect, test } from "vitest";
import { z } from "zod";
import { columns, COMPONENTS_MAX } from "./contract.ts";

const RIGHT = {
  ecosystems: ["npm"],
  ecosystem: [0, 255],
  name: ["a", "b".repeat(512)],
  version: ["1", "2"],
  arch: ["", "a".repeat(64)],
  sourceName: ["", "s"],
  sourceVersion: ["", "1"],
};
const said = (changed: object): string[] =>
  columns.safeParse({ ...RIGHT, ...changed }).error?.issues.map(({ path, code }) => `${path.join(".")} ${code}`) ?? [];

test("columns are taken as they are, and refused where their schema refuses them", () => {
  expect(columns.parse(RIGHT)).toEqual(RIGHT);
  expect(columns.parse({ ...RIGHT, owner: [0, COMPONENTS_MAX] }).owner).toEqual([0, COMPONENTS_MAX]);
  expect(said({ name: ["a", ""] })).toEqual(["name.1 too_small"]);
  expect(said({ name: ["a", "b".repeat(513)] })).toEqual(["name.1 too_big"]);
  expect(said({ version: [1, "2"] })).toEqual(["version.0 invalid_type"]);
  expect(said({ arch: ["a".repeat(65), ""] })).toEqual(["arch.0 too_big"]);
  expect(said({ sourceName: null })).toEqual(["sourceName invalid_type"]);
  expect(said({ sourceVersion: undefined })).toEqual(["sourceVersion invalid_type"]);
  expect(said({ ecosystem: [0, 256] })).toEqual(["ecosystem.1 too_big"]);
  expect(said({ ecosystem: [-1, 0.5] })).toEqual(["ecosystem.0 too_small", "ecosystem.1 invalid_type"]);
  expect(said({ owner: [Number.NaN] })).toEqual(["owner.0 invalid_type"]);
  expect(said({ name: Array.from({ length: COMPONENTS_MAX + 1 }, () => "a") })).toEqual(["name too_big"]);
});

test("the described form of a column says what it takes", () => {
  expect(z.toJSONSchema(columns)).toMatchObject({
    properties: {
      name: { type: "array", maxItems: COMPONENTS_MAX, items: { type: "string", minLength: 1, maxLength: 512 } },
      ecosystem: { type: "array", items: { type: "integer", minimum: 0, maximum: 255 } },
    },
  });
});
