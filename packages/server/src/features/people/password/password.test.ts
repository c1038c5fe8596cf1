import { expect, test } from "vitest";
import { createPasswords, HASH_COST } from "./hash.ts";
import { createLane } from "./lane.ts";
import { requireStrong } from "./strength.ts";

const quick = createPasswords({ memory: 64, passes: 1, parallelism: 1 });

test("a hash is argon2id in the PHC form with its cost and its own salt, and proves its password alone", async () => {
  const phc = await createPasswords().hash("violet otter climbs");
  const { memory, passes, parallelism } = HASH_COST;
  expect(phc).toMatch(
    new RegExp(
      `^\\$argon2id\\$v=19\\$m=${memory},t=${passes},p=${parallelism}\\$[A-Za-z0-9+/]{22}\\$[A-Za-z0-9+/]{43}$`,
    ),
  );
  const known = { isKnown: true };
  expect(await createPasswords().verify("violet otter climbs", phc, known)).toEqual({
    isRight: true,
    isOutdated: false,
  });
  expect((await quick.verify("violet otter climb", phc, known)).isRight).toBe(false);
  expect(await quick.hash("x")).not.toBe(await quick.hash("x"));
  expect(await quick.verify("violet otter climbs", phc, known)).toEqual({ isRight: true, isOutdated: true });
});

test("a hash of the reference implementation is read", async () => {
  // argon2 -id -t 2 -k 65536 -p 1, from the test vectors of RFC 9106's reference code
  const phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  expect(await quick.verify("password", phc, { isKnown: true })).toEqual({ isRight: true, isOutdated: true });
});

test("without a hash, or with one that is none, the same work is done and nothing is right", async () => {
  for (const phc of [null, "", "$argon2id$v=19$m=1$", "$2b$10$abc"]) {
    expect((await quick.verify("", phc, { isKnown: false })).isRight).toBe(false);
  }
});

test("letters that look the same are the same password, however the keyboard composes them", async () => {
  const phc = await quick.hash("na\u00efve caf\u00e9 owner");
  expect((await quick.verify("nai\u0308ve cafe\u0301 owner", phc, { isKnown: true })).isRight).toBe(true);
});

test("a lane runs so many at once, lets a bounded number wait in order, and sends the others away", async () => {
  const lane = createLane({ atOnce: 2, waitingMax: 3 });
  const ends: (() => void)[] = [];
  const started: number[] = [];
  const work = (n: number) =>
    lane.run(() => {
      started.push(n);
      return new Promise<number>((resolve) => ends.push(() => resolve(n)));
    });
  const running = [0, 1, 2, 3, 4].map(work);
  await expect(work(5)).rejects.toMatchObject({ code: "RATE_LIMITED", cause: { retryAfterSeconds: 2 } });
  expect(started).toEqual([0, 1]);
  for (let i = 0; i < 5; i += 1) {
    ends[i]?.();
    await running[i];
    await Promise.resolve();
  }
  expect(started).toEqual([0, 1, 2, 3, 4]);
  const failed = lane.run(() => Promise.reject(new Error("no")));
  await expect(failed).rejects.toThrow("no");
  expect(await lane.run(async () => 7)).toBe(7);
});

test("a password that is guessed easily is refused with the reason, and one with what is known of the person too", async () => {
  const why = async (password: string, about: string[] = []): Promise<string> =>
    requireStrong(password, about).then(
      () => "",
      (error: Error) => error.message,
    );
  expect(await why("password1")).toContain("commonly used");
  expect(await why("qwertyuiop")).toMatch(/too easy to guess\. \S/);
  expect(await why("Summer2026!")).toMatch(/too easy to guess\. \S/);
  expect(await why("correct horse battery staple")).toBe("");
  expect(await why("annabel rosenquist", ["a.rosenquist@example.test", "Annabel Rosenquist"])).toMatch(/too easy/);
  expect(await why("x7!Qm2#vLp9z")).toBe("");
  expect(await why("x".repeat(256))).toMatch(/too easy/);
});
