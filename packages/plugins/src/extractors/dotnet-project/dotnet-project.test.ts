import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const PATH = "src/app/app.csproj";
const project = (body: string): string => `<Project Sdk="Microsoft.NET.Sdk">\n${body}\n</Project>`;

test("a project gives what it references with line; properties are put in, ranges and floating versions stay empty", async () => {
  const csproj = project(`<PropertyGroup><JsonVersion>13.0.$(Patch)</JsonVersion><Patch>1</Patch></PropertyGroup>
<ItemGroup>
<PackageReference Include="LiteDB" Version="5.0.12" />
<PackageReference Include="Newtonsoft.Json"><Version>$(JsonVersion)</Version></PackageReference>
<PackageReference Include="Tool" Version="[1.2.3]" PrivateAssets="all" />
<PackageReference Include="Range;Both" Version="[1.0,2.0)" />
<PackageReference Include="Floating" Version="1.*" />
<PackageReference Include="Unknown" Version="$(Nowhere)" />
</ItemGroup>`);
  const found = await extractFrom(extract, { [PATH]: csproj });
  expect(namesOf(found)).toEqual([
    "Both@",
    "Floating@",
    "LiteDB@5.0.12",
    "Newtonsoft.Json@13.0.1",
    "Range@",
    "Tool@1.2.3",
    "Unknown@",
  ]);
  expect(found.packages[5]).toMatchObject({ isDirect: true, isDev: true, line: 6 });
});

test("central versions come from the nearest Directory.Packages.props; an override and a global reference count", async () => {
  const csproj = project(
    '<ItemGroup><PackageReference Include="A" /><PackageReference Include="B" VersionOverride="9.0.0" /></ItemGroup>',
  );
  const central = project(`<PropertyGroup><AVersion>1.0.0</AVersion></PropertyGroup><ItemGroup>
<PackageVersion Include="a" Version="$(AVersion)" /><PackageVersion Include="B" Version="2.0.0" />
<GlobalPackageReference Include="Analyzer" Version="3.0.0" /></ItemGroup>`);
  const files = { [PATH]: csproj, "src/Directory.Packages.props": central, "Directory.Packages.props": project("") };
  expect(namesOf(await extractFrom(extract, files))).toEqual(["A@1.0.0", "Analyzer@3.0.0", "B@9.0.0"]);
});

test("properties that explode stay empty at once, another document is refused by name", async () => {
  const bombs = Array.from({ length: 20 }, (_, at) => `<P${at}>${`$(P${at + 1})`.repeat(50)}</P${at}>`).join("");
  const reference = '<ItemGroup><PackageReference Include="A" Version="$(P0)" /></ItemGroup>';
  const found = await extractFrom(extract, { [PATH]: project(`<PropertyGroup>${bombs}</PropertyGroup>${reference}`) });
  expect(namesOf(found)).toEqual(["A@"]);
  await expect(extractFrom(extract, { [PATH]: "invalid" })).rejects.toMatchObject({ code: "UNREADABLE" });
});
