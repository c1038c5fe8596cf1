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
  const [first, sub, kinds, flags, formats, shells, after, files, equals, begun, beyond] = offeredIn(out, [
    "zerotrace ",
    "zerotrace decisions app",
    "zerotrace decisions create x --kind ",
    "zerotrace --help findings --fail",
    "zerotrace query --format ",
    "zerotrace completion ",
    "zerotrace query --limit decisions --o",
    "zerotrace vex add scan",
    // bash cuts at the sign
    "zerotrace query --format =",
    "zerotrace query --format = j",
    "zerotrace query --format = json --o",
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
  expect([equals, begun, beyond]).toEqual([["table", "json", "csv"], ["json"], ["--of"]]);
});

test("zsh and fish get the same commands, flags and values with what they mean", async () => {
  const zsh = (await run(["completion", "zsh"])).out;
  expect(zsh).toMatch(/^#compdef zerotrace\n/);
  expect(zsh).toContain("'approve:say yes, as a second person");
  expect(zsh).toContain("compset -P '*='");
  expect(zsh).toContain("'query|--format') compadd -- 'table' 'json' 'csv'; return ;;");
  const fish = (await run(["completion", "fish"])).out;
  expect(fish).toContain("complete -c zerotrace -n '__zerotrace_at \\'decisions\\'' -f -a 'approve'");
  expect(fish).toContain("-l format -x -a 'table json csv'");
});

test("zsh's script is of a form that a POSIX-like shell parses, and does its work when it is read the first time too", async () => {
  const { out } = await run(["completion", "zsh"]);
  // its own expansions are looked at only when they run
  execFileSync("bash", ["--norc", "-n"], { input: out });
  expect(out).not.toMatch(/local (?:-\w+ )?words\b/);
  expect(out.trimEnd()).toMatch(/== _zerotrace \]\]; then _zerotrace "\$@"; else compdef _zerotrace zerotrace; fi$/);
});

/** The words of fish's script outside of quotes, line by line. Throws where a quote is open at a line's end. */
const fishLines = (script: string): string[][] =>
  script.split("\n").map((line) => {
    const bare = line.replaceAll(/'(?:[^'\\]|\\.)*'|"[^"]*"/g, "''");
    if (/['"]/.test(bare.replaceAll("''", "")) && !line.startsWith("#")) throw new Error(`a quote is open: ${line}`);
    return line.startsWith("#") ? [] : bare.trim().split(/\s+/).filter(Boolean);
  });

test("fish's script has every quote and block closed, and each line is one that complete documents", async () => {
  const { out } = await run(["completion", "fish"]);
  const lines = fishLines(out);
  let depth = 0;
  for (const [first = ""] of lines) {
    if (["function", "for", "if", "switch"].includes(first)) depth += 1;
    if (first === "end") depth -= 1;
    expect(depth).toBeGreaterThanOrEqual(0);
  }
  expect(depth).toBe(0);
  const known = new Set(["-c", "-n", "-f", "-F", "-x", "-r", "-a", "-d", "-l", "-s"]);
  const completes = lines.filter(([first]) => first === "complete");
  expect(completes.length).toBeGreaterThan(100);
  expect(completes.flat().filter((word) => /^-./.test(word) && !known.has(word))).toEqual([]);
  expect(out).toContain("case 'query|--limit'\n        set skip 1");
});
