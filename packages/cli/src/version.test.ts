import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { run } from "./fixtures.ts";

/** Runs the program itself with this standard input. */
const runBin = async (argv: readonly string[], input: string) => {
  const bin = fileURLToPath(new URL("../bin/zerotrace.mjs", import.meta.url));
  const child = spawn(process.execPath, [bin, ...argv], { stdio: ["pipe", "pipe", "pipe"] });
  const texts = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (texts.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (texts.err += text));
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number];
  return { code, ...texts };
};

test("version alone prints the version as before", async () => {
  expect(await run(["version"])).toMatchObject({ code: 0, out: expect.stringMatching(/^zerotrace \S+ \(Node /) });
});

test("version compare answers each line in order, whatever the chunks", async () => {
  const text = "1.0~rc1\t1.0\n1.0\t1.0-0\r\n2:0\t1:9\n1 0\t1\n1.0ü\t1\n1\t2";
  const expected = { code: 0, out: "-1\n0\n1\nunparsable\nunparsable\n-1\n", err: "" };
  expect(await run(["version", "compare", "dpkg"], {}, [text])).toEqual(expected);
  expect(await run(["version", "compare", "Debian:12"], {}, text)).toEqual(expected);
});

test("version compare takes ecosystems with their release, and vendors that rebuild others", async () => {
  const answerOf = async (name: string, line: string) => (await run(["version", "compare", name], {}, [line])).out;
  expect(await answerOf("Red Hat:enterprise_linux:9::baseos", "1.0^a\t1.0\n")).toBe("1\n");
  expect(await answerOf("npm", "1.0.0-rc.9\t1.0.0-rc.10\n")).toBe("-1\n");
  expect(await answerOf("Julia", "1.2.3+1\t1.2.3+10\n")).toBe("-1\n");
  expect(await answerOf("Root:Alpine:3.18", "1.2-r20071\t1.2-r10071\n")).toBe("1\n");
  expect(await answerOf("alpm", "1.5\t1.5-1\n")).toBe("0\n");
});

test("a line without TAB ends the run with its number, after the answers before it", async () => {
  const { code, out, err } = await run(["version", "compare", "npm"], {}, ["1.0.0\t2.0.0\n1.0.0 2.0.0\n1\t1\n"]);
  expect({ code, out }).toEqual({ code: 2, out: "-1\n" });
  expect(err).toBe("error: Line 2 has no TAB: write two versions with a TAB between them.\n");
});

test("a line over the bound is unparsable and not kept; the lines after it are answered", async () => {
  const endless = Array.from({ length: 20 }, () => "1".repeat(10_000));
  const { code, out } = await run(["version", "compare", "npm"], {}, [...endless, "\n1.0.0\t2.0.0\n", ...endless]);
  expect({ code, out }).toEqual({ code: 0, out: "unparsable\n-1\nunparsable\n" });
});

test("an unknown scheme gets the list of schemes, an ecosystem without order its reason and nothing compared", async () => {
  const unknown = await run(["version", "compare", "debain"]);
  expect(unknown).toMatchObject({ code: 2, out: "" });
  expect(unknown.err).toMatch(/^error: "debain" is neither .* apk, .*dpkg, .*semver\.\n$/);
  for (const name of ["GIT", "Android", "Root:Unknown:1"]) {
    const { code, out, err } = await run(["version", "compare", name], {}, ["1\t2\n1\t1\n"]);
    expect({ code, out }, name).toEqual({ code: 0, out: "unparsable\nunparsable\n" });
    expect(err).toContain(`${name.split(":")[0]} has no version scheme: its `);
  }
});

test("version key shows keys whose order is that of the versions", async () => {
  const { code, out } = await run(["version", "key", "semver", "1.0.0-rc.1", "1.0.0", "1.0.1", "x"]);
  expect(code).toBe(0);
  const keys = out
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t")[1] ?? "");
  expect(keys.slice(0, 3)).toEqual(keys.slice(0, 3).toSorted());
  expect(keys.every((key, i) => (i === 3 ? key === "unparsable" : /^([0-9a-f]{2})+$/.test(key)))).toBe(true);
  expect((await run(["version", "key", "semver"], {}, ["1.0.0-rc.1\n1.0.0\n1.0.1\nx\n"])).out).toBe(out);
  expect((await run(["version", "key", "alpm", "1.5"])).out).toBe("1.5\tno key\n");
});

test("cvss writes every score with one decimal, one score for v4, and names what is no vector", async () => {
  const v2 = "AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H";
  const v3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
  const v4 = "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U";
  const { code, out } = await run(["cvss"], {}, [`${v2}\n${v3}\r\n${v4}\n\nCVSS:3.1/AV:N\n${v3}/E:U`]);
  expect(code).toBe(0);
  expect(out.split("\n")).toEqual([
    `${v2}\t7.8\t6.4\t9.2`,
    `${v3}\t9.8\t9.8\t9.8`,
    `${v4}\t5.2`,
    "invalid",
    "invalid",
    `${v3}/E:U\t9.8\t9.0\t9.0`,
    "",
  ]);
});

test("the program itself streams: many more lines than a pipe holds, and exit codes", async () => {
  const pairs = 40_000;
  const { code, out } = await runBin(["version", "compare", "rpm"], "1.0-1.el9\t1.0-2.el9\n".repeat(pairs));
  expect(code).toBe(0);
  expect(out).toBe("-1\n".repeat(pairs));
  expect(await runBin(["version", "compare", "rpm"], "1\n")).toMatchObject({ code: 2, out: "" });
});
