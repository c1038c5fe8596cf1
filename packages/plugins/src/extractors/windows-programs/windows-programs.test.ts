import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const UNINSTALL = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall";
const SERVICING =
  "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages";
const SYSTEM = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";
const EXPORT = [
  "Windows Registry Editor Version 5.00",
  "",
  `[${UNINSTALL}\\Mozilla Firefox]`,
  '"DisplayName"="Mozilla Firefox (x64 en-US)"',
  '"DisplayVersion"="128.0.3"',
  '"InstallLocation"="C:\\\\Program Files\\\\Mozilla \\"Firefox\\""',
  '"Icon"=hex:00,01,\\',
  "  02,03",
  `[${UNINSTALL}\\Hidden]`,
  '"DisplayVersion"="1"',
  `[${SERVICING}\\Package_for_KB5031356~31bf3856ad364e35~amd64~~19041.3570.1.0]`,
  '"CurrentState"=dword:00000070',
  `[${SERVICING}\\Package_for_KB5000001~31bf3856ad364e35~amd64~~1.0.0.0]`,
  '"CurrentState"=dword:00000040',
  `[${SYSTEM}]`,
  '"ProductName"="Windows 10 Pro"',
  '"CurrentBuild"="26100"',
  '"DisplayVersion"="24H2"',
  '"UBR"=dword:00000a2d',
].join("\r\n");

const shown = (found: Awaited<ReturnType<typeof extractFrom>>): string[] =>
  found.packages.map(({ component: c }) => `${c.ecosystem} | ${c.name} | ${c.version}`);
const EXPECTED = [
  "Windows programs | Mozilla-Firefox-(x64-en-US) | 128.0.3",
  "Windows updates | KB5031356 | 19041.3570.1.0",
  "Windows:11 Version 24H2 for x64-based Systems | Windows | 10.0.26100.2605",
];

test("an export in UTF-8 or UTF-16 gives programs, installed updates and the system with its build", async () => {
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(EXPORT, "utf16le")]);
  for (const content of [EXPORT, utf16]) {
    const found = await extractFrom(extract, { "host.reg": content });
    expect(shown(found)).toEqual(EXPECTED);
    expect(found.problems).toEqual([]);
  }
});

test("what reg query prints gives the same", async () => {
  const query = [
    "",
    `${UNINSTALL}\\Mozilla Firefox`,
    "    DisplayName    REG_SZ    Mozilla Firefox (x64 en-US)",
    "    DisplayVersion    REG_SZ    128.0.3",
    "    EstimatedSize    REG_DWORD    0x3b2d4",
    "",
    `${SERVICING}\\Package_for_KB5031356~31bf3856ad364e35~amd64~~19041.3570.1.0`,
    "    CurrentState    REG_DWORD    0x70",
    SYSTEM,
    "    ProductName    REG_SZ    Windows 11 Pro",
    "    CurrentBuild    REG_SZ    26100",
    "    DisplayVersion    REG_SZ    24H2",
    "    UBR    REG_DWORD    0xa2d",
  ].join("\r\n");
  expect(shown(await extractFrom(extract, { "windows-programs.txt": query }))).toEqual(EXPECTED);
});

test("JSON of PowerShell gives programs and updates, one object or many", async () => {
  const programs = [{ DisplayName: "7-Zip 23.01 (x64)", DisplayVersion: "23.01" }, { PSChildName: "x" }, null];
  const found = await extractFrom(extract, { "windows-programs.json": JSON.stringify(programs) });
  expect(namesOf(found)).toEqual(["7-Zip-23.01-(x64)@23.01"]);
  const update = await extractFrom(extract, { "windows-hotfixes.json": '{"HotFixID":"KB5031356"}' });
  expect(shown(update)).toEqual(["Windows updates | KB5031356 | "]);
});

test("a server is named by its edition and installation", async () => {
  const server = [
    `[${SYSTEM}]`,
    '"ProductName"="Windows Server 2022 Datacenter"',
    '"CurrentBuild"="20348"',
    '"UBR"=dword:00000b96',
    '"InstallationType"="Server Core"',
  ].join("\n");
  expect(shown(await extractFrom(extract, { "a.reg": server }))).toEqual([
    "Windows:Server 2022 (Server Core installation) | Windows | 10.0.20348.2966",
  ]);
});

test("an export without programs gives nothing; broken JSON is refused by name", async () => {
  expect(shown(await extractFrom(extract, { "a.reg": "hello\n[HKEY_X]\n" }))).toEqual([]);
  for (const text of ["", "hello", '[{"a":', "5"]) {
    const run = extractFrom(extract, { "windows-programs.json": text });
    await expect(run).rejects.toMatchObject({ code: "UNREADABLE" });
  }
});
