import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

test("a lock's sections say what is for development", async () => {
  const lock = `return {
   build_dependencies = {
      ["luarocks-build-rust"] = "0.1.1-1"
   },
   dependencies = {
      ["lua-cjson"] = "2.1.0-1",
      luasocket = "3.1.0-1"
   }
}
`;
  const found = await extractFrom(extract, { "luarocks.lock": lock });
  expect(namesOf(found)).toEqual(["lua-cjson@2.1.0-1", "luarocks-build-rust@0.1.1-1", "luasocket@3.1.0-1"]);
  expect(found.packages.map((p) => [p.isDev, p.line])).toEqual([
    [false, 6],
    [true, 3],
    [false, 7],
  ]);
});

test("an installed rock is named by its folders", async () => {
  const path = "usr/local/lib/luarocks/rocks-5.1/lpeg/1.0.2-1/rock_manifest";
  expect(namesOf(await extractFrom(extract, { [path]: "rock_manifest = {}" }))).toEqual(["lpeg@1.0.2-1"]);
});

test("a file that returns no table is refused by name", async () => {
  await expect(extractFrom(extract, { "luarocks.lock": "hello" })).rejects.toMatchObject({ code: "UNREADABLE" });
});
