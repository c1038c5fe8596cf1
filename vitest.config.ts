import { defineConfig } from "vitest/config";

/** A temporary folder of the run's own. */
const temporary = "test/support/temporary.ts";
const isolateOff = { pool: "threads", isolate: false } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "test/arch/*.test.ts"],
          exclude: ["**/*.db.test.ts"],
          globalSetup: [temporary],
          ...isolateOff,
          // real processes and servers start in some: a busy machine is no failure
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["packages/*/src/**/*.db.test.ts", "test/integration/*.test.ts"],
          globalSetup: [temporary, "test/support/postgres.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/*.test.ts"],
          globalSetup: [temporary],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
