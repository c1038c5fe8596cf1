import { readFileSync } from "node:fs";

const textOf = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

/** What /proc says of a process: its state letter and when it started, in ticks since the boot. Source: proc_pid_stat(5). */
const statOf = (pid: number): { state: string; startedAt: string } | null => {
  const text = textOf(`/proc/${pid}/stat`);
  // the second field is the program's name, in parentheses, and may hold any character
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, startedAt] = [fields[0], fields[19]];
  return state === undefined || startedAt === undefined ? null : { state, startedAt };
};

/** The boot and the moment in it at which a process started: tells it from a later one of the same id. Empty where unknown. */
export const birthOf = (pid: number): string => {
  const startedAt = statOf(pid)?.startedAt;
  return startedAt === undefined ? "" : `${textOf("/proc/sys/kernel/random/boot_id").trim()}:${startedAt}`;
};

/**
 * Whether the process `pid` of that birth lives. A zombie does not. Where a birth is unknown (no /proc) the id alone decides.
 */
export const isAlive = (pid: number, birth: string): boolean => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there and another user's
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const stat = statOf(pid);
  if (stat !== null && "ZX".includes(stat.state)) return false;
  const now = birthOf(pid);
  return now === "" || birth === "" || now === birth;
};
