import { expect, test } from "vitest";
import { complaintOf, runStream, runText } from "./run.ts";

const options = { signal: new AbortController().signal, timeoutMs: 10_000 };
const failureOf = (script: string, name?: string): Promise<string> =>
  runText(["sh", "-c", script], { ...options, name }).then(
    () => "",
    (error: Error) => error.message,
  );

test("a program that fails is told with its own last words, from whichever stream", async () => {
  expect(await failureOf("echo 'E: no such key' >&2; exit 100")).toBe("sh failed: exit code 100: E: no such key");
  expect(await failureOf("echo first; echo 'E: locked'; exit 100", "apt-get update")).toBe(
    "apt-get update failed: exit code 100: E: locked",
  );
  expect(await failureOf("exit 3")).toBe("sh failed: exit code 3: no word");
});

test("the words are bounded, prefer errors to chatter, and hold no credentials and no control characters", async () => {
  const flood = await failureOf('i=0; while [ $i -lt 3000 ]; do echo "line $i of many"; i=$((i+1)); done; exit 1');
  expect(flood).toContain("line 2999 of many");
  expect(flood.length).toBeLessThan(700);
  expect(complaintOf(`${"x".repeat(5000)}end`)).toMatch(/^…x+end$/);
  const said =
    "Hit:1 http://mirror\nE: Failed http://user:hunter2@host/dists?token=hunter2 \u001b[31m\u0007now\nW: old\n";
  expect(complaintOf(said)).toBe("E: Failed http://host/dists [31m now");
});

test("output is handed on while it comes, and a loop that is left early ends the program", async () => {
  const started = performance.now();
  for await (const chunk of runStream(["sh", "-c", "echo one; exec sleep 30"], options)) {
    expect(chunk.toString()).toBe("one\n");
    break;
  }
  expect(performance.now() - started).toBeLessThan(5_000);
});
