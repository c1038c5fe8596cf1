import { AppError, messageOf } from "@zerotrace/core";
import { lstat, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { diffText } from "./diff.ts";
import type { Exec } from "./exec.ts";
import type { Step, Way } from "./fix.ts";
import type { PlannedAction } from "./report.ts";
import { commandText } from "./safe.ts";

/** A file that is larger is not changed here (bytes). */
const MAX_CHANGED_BYTES = 128 * 1024 * 1024;
/** Said of a command that failed (UTF-16 units). */
const MAX_WHY = 600;

export interface ApplyOptions {
  /** The folder on this machine that a target's paths begin at. */
  readonly rootOf: (target: string) => string | null;
  readonly exec: Exec;
  /** Told before each action. */
  readonly onAction?: (planned: PlannedAction) => void;
}

export interface Applied {
  readonly done: readonly PlannedAction[];
  readonly failed: readonly { readonly planned: PlannedAction; readonly why: string }[];
  /** All that changed, as `diff -u` shows it; sorted by path. */
  readonly diff: string;
  /** Puts every file back as it was. */
  readonly restore: () => Promise<void>;
}

/**
 * Carries actions out, one after another: edits, then commands. An action that fails leaves its files as they were before it, and the next one
 * follows. Manual ones are passed over. When it throws, all files are put back.
 */
export const applyFixes = async (actions: readonly PlannedAction[], options: ApplyOptions): Promise<Applied> => {
  const first = new Map<string, Kept>();
  const done: PlannedAction[] = [];
  const failed: { planned: PlannedAction; why: string }[] = [];
  const restore = (): Promise<void> => putBack([...first.values()]);
  try {
    for (const planned of actions) {
      const { action, way } = planned;
      if (way.kind === "manual") continue;
      options.onAction?.(planned);
      const root = options.rootOf(action.target);
      const why = root === null ? "its files are not on this machine" : await applied(root, way, options.exec, first);
      if (why === null) done.push(planned);
      else failed.push({ planned, why });
    }
  } catch (error) {
    await restore();
    throw error;
  }
  return { done, failed, diff: await diffOf([...first.values()]), restore };
};

/** A file as it was; null when it was absent. */
interface Kept {
  readonly real: string;
  readonly path: string;
  readonly text: string | null;
}

/** Why it failed; null when it is done. */
const applied = async (root: string, way: Way, exec: Exec, first: Map<string, Kept>): Promise<string | null> => {
  const kept: Kept[] = [];
  try {
    for (const path of new Set([...way.files, ...way.edits.map((edit) => edit.path)])) {
      const one = await keep(root, path);
      kept.push(one);
      if (!first.has(one.real)) first.set(one.real, one);
    }
    const why = await carriedOut(root, way, exec);
    if (why !== null) await putBack(kept);
    return why;
  } catch (error) {
    await putBack(kept);
    if (error instanceof AppError) return messageOf(error);
    throw error;
  }
};

const carriedOut = async (root: string, way: Way, exec: Exec): Promise<string | null> => {
  if (way.isEditInstead === true) {
    const why = await stepped(root, way.steps, exec);
    return why === ABSENT ? edited(root, way) : why;
  }
  const why = (await edited(root, way)) ?? (await stepped(root, way.steps, exec));
  if (why !== ABSENT) return why;
  const [step] = way.steps;
  return step === undefined
    ? null
    : `${step.program} is not on this machine; run ${commandText(step.program, step.args)} where it is`;
};

const ABSENT = "absent";

const edited = async (root: string, { edits }: Way): Promise<string | null> => {
  for (const { path, change, isNewAllowed } of edits) {
    const { real, text } = await keep(root, path);
    const changed = text === null && isNewAllowed !== true ? null : change(text ?? "");
    if (changed === null) return `${path} does not hold what is to be changed`;
    if (changed !== text) await writeFile(real, changed);
  }
  return null;
};

const stepped = async (root: string, steps: readonly Step[], exec: Exec): Promise<string | null> => {
  for (const { program, args, folder } of steps) {
    const { outcome, said } = await exec(program, args, inside(root, folder));
    if (outcome === "absent") return ABSENT;
    if (outcome === "failed") return `${commandText(program, args)} failed: ${said.trim().slice(-MAX_WHY)}`;
  }
  return null;
};

const inside = (root: string, path: string): string => {
  const base = resolve(root);
  const real = resolve(join(base, path));
  if (real === base || real.startsWith(base.endsWith(sep) ? base : base + sep)) return real;
  throw new AppError("UNREADABLE", `${path} lies outside of the target and is not changed.`);
};

const keep = async (root: string, path: string): Promise<Kept> => {
  const real = inside(root, path);
  const found = await lstat(real).catch(() => null);
  if (found === null) return { real, path, text: null };
  // A link may lead out of the target.
  if (!found.isFile()) throw new AppError("UNREADABLE", `${path} is no regular file and is not changed.`);
  if (found.size > MAX_CHANGED_BYTES) throw new AppError("UNREADABLE", `${path} is too large to be changed.`);
  return { real, path, text: await readFile(real, "utf8") };
};

const putBack = async (kept: readonly Kept[]): Promise<void> => {
  for (const { real, text } of kept) {
    if (text === null) await rm(real, { force: true });
    else if ((await readFile(real, "utf8").catch(() => null)) !== text) await writeFile(real, text);
  }
};

const diffOf = async (kept: readonly Kept[]): Promise<string> => {
  const sorted = [...kept].sort((a, b) => (a.path < b.path ? -1 : 1));
  const pieces: string[] = [];
  for (const { real, path, text } of sorted) {
    pieces.push(diffText(path, text, await readFile(real, "utf8").catch(() => null)));
  }
  return pieces.join("");
};
