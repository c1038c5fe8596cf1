import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

test("Directory.Packages.props gives its versions with line; only what every project takes is direct", async () => {
  const props = `<Project>
<ItemGroup>
<PackageVersion Include="Newtonsoft.Json" Version="9.0.1" />
<PackageVersion Include="Open" />
<GlobalPackageReference Include="Analyzer" Version="3.0.0" />
</ItemGroup>
</Project>`;
  const found = await extractFrom(extract, { "Directory.Packages.props": props });
  expect(namesOf(found)).toEqual(["Analyzer@3.0.0", "Newtonsoft.Json@9.0.1", "Open@"]);
  expect(found.packages.map(({ isDirect, line }) => [isDirect, line])).toEqual([
    [true, 5],
    [undefined, 3],
    [undefined, 4],
  ]);
});

test("another document is refused by name", async () => {
  const refused = extractFrom(extract, { "Directory.Packages.props": "<x/>" });
  await expect(refused).rejects.toMatchObject({ code: "UNREADABLE" });
});
