import { FILE_EXTRACTORS } from "@zerotrace/plugins/extractors/files";
import { chooserOf } from "@zerotrace/plugins/targets/choose";
import { watch } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { POLICY_NAMES } from "./policy-file.ts";

/** Package managers write a lockfile in several steps; so long nothing may change before it is read. */
const QUIET_MS = 300;
/** Folders whose files change and say nothing of what a project uses. */
const PASSED = /(?:^|[\\/])(?:\.git|node_modules)[\\/]/;

/** Whether a change of this path can change the result of a scan. */
export const matters = (() => {
  const chooser = chooserOf(FILE_EXTRACTORS);
  return (path: string): boolean => {
    if (PASSED.test(path)) return false;
    const name = basename(path);
    return (
      POLICY_NAMES.includes(name) || name === ".gitignore" || chooser.of(path.replaceAll("\\", "/"), name).length > 0
    );
  };
})();

/** Runs `run` now and after each change in these folders and files that matters, until the signal ends it. */
export const whileWatching = async (
  paths: readonly string[],
  signal: AbortSignal,
  run: () => Promise<void>,
): Promise<void> => {
  let changed = Promise.withResolvers<void>();
  const watchers = await Promise.all(
    paths.map(async (path) => {
      const recursive = (await stat(path)).isDirectory();
      return watch(path, { recursive, signal }, (_, name) => {
        if (name === null || matters(name)) changed.resolve();
      });
    }),
  );
  const ended = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  try {
    while (!signal.aborted) {
      await run();
      await Promise.race([changed.promise, ended]);
      await sleep(QUIET_MS, undefined, { signal }).catch(() => undefined);
      changed = Promise.withResolvers<void>();
    }
  } finally {
    for (const watcher of watchers) watcher.close();
  }
};
