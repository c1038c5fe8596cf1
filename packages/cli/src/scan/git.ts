import { AppError, messageOf } from "@zerotrace/core";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { promisify } from "node:util";

/** What git may say (bytes). */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

const git = async (folder: string, ...args: string[]): Promise<string> => {
  // Loaded here, for most scans ask no git.
  const { execFile } = await import("node:child_process");
  const { stdout } = await promisify(execFile)("git", ["-C", folder, ...args], { maxBuffer: MAX_ANSWER_BYTES });
  return stdout.trim();
};

/** Whether `text` names a commit of the repository around `folder`. Throws AppError BAD_REQUEST where there is no git to ask. */
export const isRevision = (folder: string, text: string): Promise<boolean> =>
  git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", `${text}^{commit}`).then(
    () => true,
    (cause: NodeJS.ErrnoException) => {
      // Of a program that ran, the code is its exit code.
      if (cause.code !== "ENOENT") return false;
      throw new AppError("BAD_REQUEST", `There is no file ${text}, and no git on this machine to ask for a revision.`, {
        field: "baseline",
        cause,
      });
    },
  );

/** The branch and the commit that a folder's repository stands on; each empty where there is none. */
export const standsOn = async (folder: string): Promise<{ branch: string; commit: string }> => {
  const [branch, commit] = await Promise.all([
    git(folder, "symbolic-ref", "--quiet", "--short", "HEAD").catch(() => ""),
    git(folder, "rev-parse", "--verify", "--quiet", "HEAD").catch(() => ""),
  ]);
  return { branch, commit };
};

/** Where the branch left the one it will be merged into; its last commit where that cannot be told. Throws AppError BAD_REQUEST outside of a repository. */
export const defaultRevision = async (folder: string): Promise<string> => {
  for (const branch of ["@{upstream}", "origin/HEAD", "origin/main", "origin/master"]) {
    const base = await git(folder, "merge-base", "HEAD", branch).catch(() => "");
    if (base !== "") return base;
  }
  return git(folder, "rev-parse", "HEAD").catch((cause: unknown) => {
    const mend = "name an earlier report with --baseline FILE";
    throw new AppError("BAD_REQUEST", `${folder} lies in no git repository with a commit; ${mend}.`, {
      field: "baseline",
      cause,
    });
  });
};

/** Runs `use` on the folder as it was at a revision, in a worktree that is removed again. Throws AppError BAD_REQUEST when git cannot make it. */
export const atRevision = async <T>(
  folder: string,
  revision: string,
  use: (folder: string) => Promise<T>,
): Promise<T> => {
  const parent = await mkdtemp(join(tmpdir(), "zerotrace-baseline-"));
  const tree = join(parent, "tree");
  const top = await git(folder, "rev-parse", "--show-toplevel");
  try {
    // No hooks and no filters of the repository run for a look at its past.
    await git(top, "-c", "core.hooksPath=/dev/null", "worktree", "add", "--detach", "--force", tree, revision).catch(
      (cause: unknown) => {
        throw new AppError("BAD_REQUEST", `git cannot check out ${revision}: ${messageOf(cause)}`, {
          field: "baseline",
          cause,
        });
      },
    );
    return await use(join(tree, relative(top, resolve(folder))));
  } finally {
    await git(top, "worktree", "remove", "--force", tree).catch(() => "");
    await rm(parent, { recursive: true, force: true });
  }
};
