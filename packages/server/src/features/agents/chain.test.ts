import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { type Chain, type ChainVerdict, judgeStep, NEW_CHAIN, readStep, START, type Step, writeStep } from "./chain.ts";

/** A server with one chain, and the verdicts in the order in which steps were shown. */
const serverOf = (chain: Chain = NEW_CHAIN) => {
  const state = { chain };
  return {
    state,
    show: (shown: Step): [ChainVerdict, Step] => {
      const judged = judgeStep(state.chain, shown);
      state.chain = judged.chain;
      return [judged.verdict, { branch: judged.chain.branch, step: judged.chain.step }];
    },
  };
};
type Server = ReturnType<typeof serverOf>;

/** A holder of the credential: what it keeps is what it shows next. */
const holderOf = (server: Server, kept: Step = START) => {
  const holder = {
    kept,
    beat: (): ChainVerdict => {
      const [verdict, next] = server.show(holder.kept);
      holder.kept = next;
      return verdict;
    },
    beatAndLose: (): ChainVerdict => server.show(holder.kept)[0],
    copy: () => holderOf(server, holder.kept),
  };
  return holder;
};
type Holder = ReturnType<typeof holderOf>;
const beats = (holder: Holder, count: number): ChainVerdict[] => Array.from({ length: count }, () => holder.beat());
const all = (verdicts: readonly ChainVerdict[]): string => [...new Set(verdicts)].sort().join();

test("an agent alone goes on and on, whatever answers are lost, and never looks like two", () => {
  const agent = holderOf(serverOf());
  expect(all(beats(agent, 5))).toBe("next");
  const seen: ChainVerdict[] = [];
  for (let turn = 0; turn < 200; turn += 1) seen.push(turn % 3 === 0 ? agent.beatAndLose() : agent.beat());
  expect(all(seen)).toBe("again,next");
  expect([agent.beatAndLose(), agent.beatAndLose(), agent.beatAndLose(), agent.beat(), agent.beat()].slice(1)).toEqual([
    "again",
    "again",
    "again",
    "next",
  ]);
});

test("two holders of one state fork the chain, also when the copy is as new as the original", () => {
  for (const age of [0, 1, 7]) {
    const server = serverOf();
    const original = holderOf(server);
    beats(original, 3);
    const copy = original.copy();
    beats(original, age);
    const seen = Array.from({ length: 6 }, (_, n) => (n % 2 === 0 ? copy : original).beat());
    expect(seen.slice(2), `${age}`).toEqual(["forked", "forked", "forked", "forked"]);
  }
});

test("of two holders the rarer one is found too, and losing answers hides neither", () => {
  const server = serverOf();
  const original = holderOf(server);
  beats(original, 3);
  const copy = original.copy();
  const seen: ChainVerdict[] = [];
  for (let turn = 0; turn < 100; turn += 1) {
    seen.push(turn % 10 === 9 ? copy.beat() : turn % 4 === 0 ? original.beatAndLose() : original.beat());
  }
  expect(seen.filter((verdict) => verdict === "forked").length).toBeGreaterThan(10);
});

test("a restored snapshot is an older state that goes on, once", () => {
  const server = serverOf();
  const agent = holderOf(server);
  beats(agent, 10);
  const snapshot = agent.copy();
  beats(agent, 50);
  expect(beats(snapshot, 5)).toEqual(["rewound", "next", "next", "next", "next"]);
  expect(snapshot.copy().beat()).toBe("next");
});

test("a server that forgot its last moments takes the agent's word, on whichever branch it is", () => {
  const server = serverOf();
  const agent = holderOf(server);
  beats(agent, 4);
  const saved = server.state.chain;
  beats(agent, 3);
  server.state.chain = saved;
  expect(beats(agent, 2)).toEqual(["ahead", "next"]);
  agent.beatAndLose();
  agent.beat();
  server.state.chain = saved;
  expect(beats(agent, 2)).toEqual(["ahead", "next"]);
});

test("a server whose database is older than the chain begins anew and alarms nobody", () => {
  const agent = holderOf(serverOf());
  beats(agent, 9);
  expect(beats(holderOf(serverOf(), agent.kept), 3)).toEqual(["ahead", "next", "next"]);
});

test("a step is believed only with the proof of its own chain", () => {
  const [secret, other] = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")];
  const text = writeStep(secret, { branch: 3, step: 1_000_000 });
  expect(text.length).toBeLessThan(30);
  expect(readStep(secret, text)).toEqual({ branch: 3, step: 1_000_000 });
  expect(readStep(other, text)).toBe(null);
  expect(readStep(secret, text.replace("3.", "4."))).toBe(null);
  for (const wrong of ["", "x", "1.1.", `${text}a`, "-1.1.aaaaaaaaaaaaaaaa", "1.1.1.1"])
    expect(readStep(secret, wrong)).toBe(null);
});
