/** What happens at the start, told step by step to whoever shows it. */
export interface ServerStep {
  readonly step: "database" | "migrations" | "feeds" | "listening" | "inventory" | "matching";
  readonly state: "start" | "progress" | "done" | "failed";
  /** What it is, or was, in the words of a person. */
  readonly message: string;
  readonly doneBytes?: number;
  readonly totalBytes?: number | null;
  readonly recordCount?: number;
  readonly ms?: number;
}

/** Runs steps and keeps how long each took. */
export interface StepRunner {
  run<T>(step: ServerStep["step"], message: string, work: () => Promise<T>): Promise<T>;
  readonly timings: { step: string; ms: number }[];
}

/** Tells `onStep` of the start and the end of each step; a step that throws is told as failed and throws on. */
export const createSteps = (onStep: (step: ServerStep) => void): StepRunner => {
  const timings: { step: string; ms: number }[] = [];
  return {
    timings,
    async run(step, message, work) {
      const startedAt = performance.now();
      onStep({ step, state: "start", message });
      try {
        const result = await work();
        const ms = Math.round(performance.now() - startedAt);
        timings.push({ step, ms });
        onStep({ step, state: "done", message, ms });
        return result;
      } catch (error) {
        onStep({ step, state: "failed", message });
        throw error;
      }
    },
  };
};
