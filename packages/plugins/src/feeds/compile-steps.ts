import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { AppError, messageOf } from "@zerotrace/core";
import type { SourceReport } from "@zerotrace/core";
import type { Progress } from "../plugin.ts";
import type { Feed, FeedSink } from "./feed.ts";
import { missingReport, nothingAt } from "./plan.ts";
import type { Plan, PlanStep } from "./plan.ts";

/** How long what is optional may take after all else was read. */
const OPTIONAL_WAIT_MS = 20_000;

/** What reading needs besides the plan. */
export interface StepOptions {
  readonly cacheDir: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** Milliseconds; tests make it short. */
  readonly optionalWaitMs?: number;
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * Reads the steps of a plan into sinks, and answers what each source says of itself, in the plan's order. What is optional is read
 * beside the rest and waited for 20 seconds after it; one that fails or is late gives a report of a source that is
 * missing, and nothing of it is used. Throws AppError FEEDS_UNAVAILABLE or BAD_FEED of what is not optional.
 */
export async function readSteps(
  options: StepOptions,
  plan: Plan,
  sinkFor: (feed: string) => FeedSink,
): Promise<SourceReport[]> {
  const late = new AbortController();
  const beside = plan.steps.flatMap((step) => (step.isOptional ? [readBeside(options, step, plan, late.signal)] : []));
  const sources: SourceReport[] = [];
  let timer: NodeJS.Timeout | undefined;
  try {
    for (const step of plan.steps)
      if (!step.isOptional) sources.push(...(await readStep(options, step, plan, sinkFor)));
    // Who asked for ecosystems that the source has nothing of still learns what else there is: ends of life.
    if (!sources.some((source) => source.covers.length > 0 || source.parts !== undefined)) {
      const detail = "The feeds named hold no advisories. Name one with <Ecosystem>/all.zip with --feeds.";
      throw new AppError("FEEDS_UNAVAILABLE", detail, { field: "feeds" });
    }
    timer = setTimeout(() => late.abort(new Error("it took too long")), options.optionalWaitMs ?? OPTIONAL_WAIT_MS);
    for (const reading of beside) {
      const read = await reading;
      options.signal.throwIfAborted();
      for (const tell of read.told) tell(sinkFor);
      sources.push(...read.sources);
    }
  } finally {
    clearTimeout(timer);
    // Nothing goes on reading after the rest has failed.
    late.abort(new Error("the rest could not be read"));
    await Promise.allSettled(beside);
  }
  return [...sources, ...plan.missing];
}

async function readStep(
  { cacheDir: root, signal, onProgress, fetch = globalThis.fetch }: StepOptions,
  step: PlanStep,
  plan: Plan,
  sinkFor: (feed: string) => FeedSink,
): Promise<SourceReport[]> {
  const sources: SourceReport[] = [];
  for (const feed of step.feeds) {
    const { id } = feed.descriptor;
    const cacheDir = join(root, id);
    await mkdir(cacheDir, { recursive: true });
    signal.throwIfAborted();
    const { isShared } = step;
    const context = { cacheDir, isShared, fetch, clock: () => new Date(), signal, onProgress };
    const report = await feed.read(context, step.location, sinkFor(id));
    if (report !== null) sources.push(report);
  }
  if (sources.length === 0) throw nothingAt(step, plan);
  return sources;
}

/** What was read beside the rest, kept back until it is whole. */
interface ReadBeside {
  readonly told: readonly ((sinkFor: (feed: string) => FeedSink) => void)[];
  readonly sources: readonly SourceReport[];
}

/** Never rejects: of a source that cannot be read the copy at hand is used; without one it is reported as missing. */
async function readBeside(options: StepOptions, step: PlanStep, plan: Plan, late: AbortSignal): Promise<ReadBeside> {
  // Two that report their progress at once would take turns on one line.
  const quiet = { ...options, onProgress: () => undefined };
  try {
    return await attempt({ ...quiet, signal: AbortSignal.any([options.signal, late]) }, step, plan);
  } catch (error) {
    const why = messageOf(error).replace(/\.$/, "");
    const [feed] = step.feeds as readonly [Feed];
    const missing = missingReport(feed, step.location, `it could not be read (${why})`, new Date());
    const none = { told: [], sources: [missing] };
    if (step.short === undefined) return none;
    const fetch = (): Promise<never> => Promise.reject(late.aborted ? (late.reason as Error) : new Error(why));
    return attempt({ ...quiet, fetch }, { ...step, feeds: [step.short] }, plan).catch(() => none);
  }
}

async function attempt(options: StepOptions, step: PlanStep, plan: Plan): Promise<ReadBeside> {
  const told: ReadBeside["told"][number][] = [];
  return { sources: await readStep(options, step, plan, (feed) => keptBack(feed, told)), told };
}

const keptBack = (feed: string, told: ReadBeside["told"][number][]): FeedSink => ({
  record: (...said) => void told.push((sinkFor) => sinkFor(feed).record(...said)),
  kev: (...said) => void told.push((sinkFor) => sinkFor(feed).kev(...said)),
  epss: (...said) => void told.push((sinkFor) => sinkFor(feed).epss(...said)),
  cve: (...said) => void told.push((sinkFor) => sinkFor(feed).cve(...said)),
  cwe: (...said) => void told.push((sinkFor) => sinkFor(feed).cwe(...said)),
  lifeCycle: (...said) => void told.push((sinkFor) => sinkFor(feed).lifeCycle(...said)),
});
