import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const LOCK = `{"1.2.0",
[{<<"cowboy">>,{pkg,<<"cowboy">>,<<"2.9.0">>},0},
 {<<"lib">>,{pkg,<<"cowlib">>,<<"2.11.0">>},1},
 {<<"fork">>,
  {git,"https://example.com/fork.git",
       {ref,"5a7e4b1d0b"}},
  0}]}.
[{pkg_hash,[{<<"cowboy">>, <<"865DD8B6607E14CF03282E10E934023A1BD8BE6F6BACF921A7E2A96D800CD452">>}]}].
`;

test("packages carry the registry's name and whether the project asked; one from git has no version", async () => {
  const found = await extractFrom(extract, { "rebar.lock": LOCK });
  expect(namesOf(found)).toEqual(["cowboy@2.9.0", "cowlib@2.11.0", "fork@"]);
  expect(found.packages.map((p) => p.isDirect)).toEqual([true, false, true]);
});

test("an empty lock has no packages; a file without terms is refused by name", async () => {
  expect(namesOf(await extractFrom(extract, { "rebar.lock": "[].\n" }))).toEqual([]);
  await expect(extractFrom(extract, { "rebar.lock": "hello" })).rejects.toMatchObject({ code: "UNREADABLE" });
});
