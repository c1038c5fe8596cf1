import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { run } from "./fixtures.ts";
import { coverageLine, headline } from "./output/headline.ts";
import { createProgress } from "./output/progress.ts";
import { COMMAND_NAMES } from "./run.ts";
import { isWebStale } from "./start/web-build.ts";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
const ALL = { covered: 9, notCovered: 0, unparsable: 0 };
const NONE = { critical: 0, high: 0, medium: 0, low: 0, none: 0, unknown: 0 };

test("every file of commands is a command, and every command is a file", async () => {
  const files = await readdir(new URL("./commands/", import.meta.url));
  const names = files.filter((name) => !name.endsWith(".test.ts")).map((name) => name.replace(/\.ts$/, ""));
  expect([...COMMAND_NAMES].sort()).toEqual(names.sort());
});

test("the headline names counts, packages and what the first three upgrades close", () => {
  const severities = { ...NONE, critical: 4, high: 31, unknown: 1225 };
  const fixShares = [0.3, 0.2, 0.08, 0.01];
  expect(headline({ severities, packageCount: 39, fixShares, kevCount: 0, coverage: ALL })).toBe(
    "1,260 findings in 39 packages: 4 critical, 31 high, 1,225 of unknown severity; 3 upgrades close 58 % of the risk",
  );
  expect(
    headline({ severities: { ...NONE, low: 1 }, packageCount: 1, fixShares: [], kevCount: 0, coverage: ALL }),
  ).toBe("1 finding in 1 package: 1 low; no upgrade closes any of them yet");
  const none = (coverage: typeof ALL) =>
    headline({ severities: NONE, packageCount: 0, fixShares: [], kevCount: 0, coverage });
  expect(none(ALL)).toBe("No findings: 9 components judged");
  expect(none({ covered: 7, notCovered: 826, unparsable: 0 })).toBe(
    "No findings in the 7 of 833 components that could be judged; the others are unknown",
  );
  expect(none({ covered: 0, notCovered: 826, unparsable: 0 })).toBe(
    "Nothing could be judged: no advisories cover any of 826 components",
  );
});

test("coverage says what is not covered and what cannot be judged", () => {
  expect(coverageLine({ covered: 925, notCovered: 34, unparsable: 0 })).toBe(
    "No advisories cover 34 of 959 components",
  );
  expect(coverageLine({ covered: 1, notCovered: 0, unparsable: 1 })).toBe("1 version of 2 cannot be judged");
});

test("the first Ctrl-C ends a scan with 130 and SIGTERM with 143, before it is done", async () => {
  // Feeds that never come.
  const server = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(server, "listening");
  const folder = await mkdtemp(join(tmpdir(), "zerotrace-stop-"));
  await writeFile(join(folder, "go.sum"), "example.org/x v1.0.0 h1:x=\n");
  const feeds = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const stopped = async (signal: "SIGINT" | "SIGTERM"): Promise<[number | null, string]> => {
    const argv = ["scan", folder, "--feeds", feeds, "--data-dir", join(folder, signal)];
    const child = spawn(process.execPath, [MAIN, ...argv], { stdio: ["ignore", "ignore", "pipe"] });
    let err = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => void (err += text));
    await once(server, "request");
    child.kill(signal);
    const [code] = (await once(child, "close")) as [number | null];
    return [code, err];
  };
  expect(await stopped("SIGINT")).toEqual([130, expect.stringContaining("Interrupted\n")]);
  expect(await stopped("SIGTERM")).toEqual([143, expect.stringContaining("Interrupted\n")]);
  server.closeAllConnections();
  server.close();
});

test("a mistyped command or flag gets the nearest one, and exit code 2", async () => {
  expect(await run(["scna"])).toMatchObject({ code: 2, out: "", err: expect.stringContaining("Did you mean scan?") });
  expect(await run(["scan", "host", "--fedes", "x"])).toMatchObject({
    code: 2,
    err: expect.stringContaining("--feeds"),
  });
});

test("a second agent on a state directory is refused in one line that says what to do, with exit code 2", async () => {
  const dir = await mkdtemp(join(tmpdir(), "zerotrace-cli-"));
  try {
    const credential = { schema: "zerotrace.credential/1", server: "http://127.0.0.1:1", credential: "c" };
    await writeFile(join(dir, "credential.json"), JSON.stringify(credential));
    await writeFile(join(dir, "agent.lock"), JSON.stringify({ pid: process.ppid }));
    const { code, out, err } = await run(["agent", "run", "--once", "--state-dir", dir]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toBe(
      `error: Another agent (pid ${process.ppid}) uses ${dir}. Stop it, or give this one a folder of its own with --state-dir.\n`,
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

test("errors are one line that says what to do", async () => {
  const dir = await mkdtemp(join(tmpdir(), "zerotrace-cli-"));
  try {
    const { code, err } = await run(["status", "--data-dir", dir]);
    expect(code).toBe(2);
    expect(err).toMatch(/^error: No server was started with .*--server URL --token T\.\n$/);
    const away = await run(["findings", "--server", "http://127.0.0.1:1", "--token", "t"]);
    expect(away).toMatchObject({ code: 2, err: expect.stringContaining("cannot be reached") });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

test("a server's address, a token and its absence are judged before anything is sent, and the flag is named", async () => {
  const at = ["findings", "--server"];
  for (const address of ["foo", "ftp://x/", "http://", "http://h/?q=1"]) {
    expect(await run([...at, address, "--token", "t"])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^error: --server .* is not the address of a server: write it as http:/),
    });
  }
  expect((await run([...at, "http://127.0.0.1:1"])).err).toMatch(/needs a token.*--token or ZEROTRACE_TOKEN/);
  const { err } = await run([...at, "http://127.0.0.1:1", "--token", "sec ret\n€"]);
  expect(err).toMatch(/^error: --token holds no token/);
  expect(err).not.toContain("sec");
  const env = { ZEROTRACE_SERVER: "foo", ZEROTRACE_TOKEN: "t" };
  expect((await run(["status"], env)).err).toContain("ZEROTRACE_SERVER foo is not the address");
  expect((await run(["agent", "enroll", "--server", "foo", "--token", "t"])).err).toContain("--server foo is not");
});

test("an unreachable server is told with the reason below the failed request", async () => {
  const { err } = await run(["findings", "--server", "http://127.0.0.1:1", "--token", "t"]);
  expect(err).toMatch(/cannot be reached: the fetch standard blocks this port/);
  const unheard = await run(["findings", "--server", "http://127.0.0.1:65533", "--token", "t"]);
  expect(unheard.err).toMatch(/cannot be reached: connect ECONNREFUSED/);
  expect(err).not.toContain("TypeError");
});

test("a token that the server does not take is told as that, with where to make another", async () => {
  const server = createServer((_, answer) => {
    answer.writeHead(401, { "content-type": "application/problem+json" });
    answer.end(
      JSON.stringify({
        type: "/x",
        title: "x",
        status: 401,
        detail: "Sign in.",
        code: "UNAUTHENTICATED",
        correlationId: "c",
      }),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const { code, err } = await run(["status", "--server", `http://127.0.0.1:${port}`, "--token", "zt_a_1_x"]);
  server.close();
  expect(code).toBe(2);
  expect(err).toMatch(/does not take this token: .*Tokens page, and give it with --token/);
});

test("help names the exit codes", async () => {
  const { code, out } = await run(["--help"]);
  expect(code).toBe(0);
  expect(out).toContain("3 nothing was scanned");
});

test("a relative data directory is the one below the present folder, for every program that works on it", async () => {
  const { out } = await run(["config", "check", "--format", "json", "--data-dir", "some/where"]);
  const { settings } = JSON.parse(out) as { settings: { key: string; value: unknown }[] };
  expect(settings.find((s) => s.key === "dataDir")?.value).toBe(resolve("some/where"));
});

test("config check prints every value with its origin, and hides secrets", async () => {
  const env = { DATABASE_URL: "postgres://u:hunter2@h/d", ZEROTRACE_DATA_DIR: join(tmpdir(), "zerotrace-none") };
  const { out, code } = await run(["config", "check", "--format", "json"], env);
  expect(code).toBe(0);
  expect(out).not.toContain("hunter2");
  const { settings } = JSON.parse(out) as { settings: { key: string; origin: string }[] };
  expect(settings.find((s) => s.key === "databaseUrl")?.origin).toBe("environment");
});

test("the bin starts the command line whatever Node runs it", async () => {
  const bin = fileURLToPath(new URL("../bin/zerotrace.mjs", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [bin, "version", "--format", "json"]);
  expect(JSON.parse(stdout)).toMatchObject({ schema: "zerotrace.version/1" });
});

test("without a terminal progress is a plain line every three seconds; on one it is drawn again in place", () => {
  let text = "";
  let now = 0;
  const sink = (isTerminal: boolean) => ({ write: (t: string) => void (text += t), isTerminal, columns: 80 });
  const plain = createProgress(sink(false), () => now);
  for (now = 0; now <= 7000; now += 500) plain.update("a", "Reading", { doneBytes: 5e6, totalBytes: 1e7 });
  expect(text.split("\n").filter((line) => line.includes("50 %"))).toHaveLength(2);
  expect(text).not.toContain("\u001b");
  text = "";
  const drawn = createProgress(sink(true), () => now);
  drawn.update("a", "Reading", { recordCount: 10 });
  drawn.done("a", "Read");
  expect(text).toBe("Reading  10 records\n\u001b[1A\u001b[JRead\n");
});

test("the dashboard is built again when its sources are newer, and left alone where there are none", async () => {
  const packages = await mkdtemp(join(tmpdir(), "zerotrace-web-"));
  try {
    expect(await isWebStale(packages)).toBe(false);
    await mkdir(join(packages, "web", "src"), { recursive: true });
    await mkdir(join(packages, "web", "dist"));
    await writeFile(join(packages, "web", "index.html"), "");
    expect(await isWebStale(packages)).toBe(true);
    await writeFile(join(packages, "web", "dist", "index.html"), "");
    await utimes(join(packages, "web", "index.html"), 1, 1);
    expect(await isWebStale(packages)).toBe(false);
    await writeFile(join(packages, "web", "src", "a.tsx"), "");
    await utimes(join(packages, "web", "dist", "index.html"), 2, 2);
    expect(await isWebStale(packages)).toBe(true);
  } finally {
    await rm(packages, { recursive: true, force: true });
  }
});
