import { contract } from "@zerotrace/sdk";
import { expect, test } from "vitest";
import { z } from "zod";
import { asData } from "../../packages/web/contract-as-data.ts";

interface Called {
  readonly method: string;
  readonly path: string;
  readonly contentType?: string;
  readonly mediaTypes?: readonly string[];
}
type Routes = Readonly<Record<string, Readonly<Record<string, Called>>>>;

test("the dashboard is built with every route as it is called, and without a schema", () => {
  const data = asData({ contract, CHANNELS: ["a"], CLOSE: { gone: 1 }, message: z.object({}), reader: () => 1 });
  expect(Object.keys(data)).toEqual(["contract", "CHANNELS", "CLOSE"]);
  const built = data["contract"] as Routes;
  expect(Object.keys(built)).toEqual(Object.keys(contract));
  for (const [feature, routes] of Object.entries(contract as Routes)) {
    for (const [name, { method, path, contentType, mediaTypes }] of Object.entries(routes)) {
      const known = Object.entries({ method, path, contentType, mediaTypes }).filter(
        ([, value]) => value !== undefined,
      );
      expect(built[feature]?.[name], `${feature}.${name}`).toEqual(Object.fromEntries(known));
    }
  }
  expect(JSON.parse(JSON.stringify(data))).toEqual(data);
});
