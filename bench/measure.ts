import { readdirSync, readFileSync } from "node:fs";

/** The value below which a share of the sorted values lies, by nearest rank. `share` in 0..1. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
};

/** The middle of the values. */
export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** One field of `/proc/<pid>/status` in MB (10^6 bytes); 0 when the process is gone. */
export const memoryOf = (pid: number, field: "VmRSS" | "VmHWM" | "RssAnon"): number => {
  try {
    const found = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return (Number(found?.[1] ?? 0) * 1024) / 1e6;
  } catch {
    return 0;
  }
};

/** CPU seconds that a process has used, user and system; 0 when it is gone. */
export const cpuOf = (pid: number): number => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
};

/** As `cpuOf`, of the children that a process had and that have ended. */
export const reapedCpuOf = (pid: number): number => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[13]) + Number(fields[14])) / 100;
  } catch {
    return 0;
  }
};

export interface Descendant {
  readonly pid: number;
  readonly name: string;
}

/** All processes below one, by /proc. */
export const descendantsOf = (pid: number): Descendant[] => {
  const children = new Map<number, Descendant[]>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const text = readFileSync(`/proc/${entry}/stat`, "utf8");
      const end = text.lastIndexOf(")");
      const parent = Number(text.slice(end + 2).split(" ")[1]);
      const found = { pid: Number(entry), name: text.slice(text.indexOf("(") + 1, end) };
      children.set(parent, [...(children.get(parent) ?? []), found]);
    } catch {
      // it ended while we looked
    }
  }
  const below = (parent: number): Descendant[] =>
    (children.get(parent) ?? []).flatMap((child) => [child, ...below(child.pid)]);
  return below(pid);
};

/** Rounded for people. */
export const round = (value: number, digits = 0): number => Math.round(value * 10 ** digits) / 10 ** digits;

/** One line of a result. */
export const say = (line: string): void => void process.stdout.write(`${line}\n`);
