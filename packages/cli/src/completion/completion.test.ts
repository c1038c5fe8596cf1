import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../fixtures.ts";
import { COMMAND_NAMES } from "../run.ts";

/** What bash offers for lines, the last word of each being written: one shell for all of them. */
const offeredIn = (script: string, lines: readonly string[]): string[][] => {
  const folder = mkdtempSync(join(tmpdir(), "zt-completion-"));
  try {
    writeFileSync(join(folder, "scan.cdx.json"), "");
    const asks = lines.map((line) => {
      const words = line.split(" ").map((word) => `'${word}'`);
      return `COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}; COMPREPLY=(); _zerotrace; echo "\${COMPREPLY[*]}"`;
    });
    const text = `set -eu\n${script}\nset +e\n${asks.join("\n")}\n`;
    const out = execFileSync("bash", ["--norc", "-c", text], { cwd: folder, encoding: "utf8" });
    return out
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" ").filter(Boolean));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

test("bash completes commands, flags, their values and files", async () => {
  const { out } = await run(["completion", "bash"]);
  const [first, sub, kinds, flags, formats, shells, after, files] = offeredIn(out, [
    "zerotrace ",
    "zerotrace decisions app",
    "zerotrace decisions create x --kind ",
    "zerotrace --help findings --fail",
    "zerotrace query --format ",
    "zerotrace completion ",
    "zerotrace query --limit decisions --o",
    "zerotrace vex add scan",
  ]);
  expect(COMMAND_NAMES.filter((name) => !first?.includes(name))).toEqual([]);
  expect(sub).toEqual(["approve"]);
  expect(kinds).toContain("accept_risk");
  expect(flags).toEqual(["--fail-on"]);
  expect(formats).toEqual(["table", "json", "csv"]);
  expect(shells).toEqual(expect.arrayContaining(["bash", "zsh", "fish"]));
  // the value of a flag is no command
  expect(after).toEqual(["--of"]);
  expect(files).toContain("scan.cdx.json");
});

test("zsh and fish get the same commands, flags and values with what they mean", async () => {
  const zsh = (await run(["completion", "zsh"])).out;
  expect(zsh).toMatch(/^#compdef zerotrace\n/);
  expect(zsh).toContain("'approve:say yes, as a second person");
  expect(zsh).toContain("'query|--format') compadd -- 'table' 'json' 'csv'; return ;;");
  const fish = (await run(["completion", "fish"])).out;
  expect(fish).toContain("complete -c zerotrace -n '__zerotrace_at \\'decisions\\'' -f -a 'approve'");
  expect(fish).toContain("-l format -x -a 'table json csv'");
});
