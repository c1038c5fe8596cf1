import { AppError, schemeFor } from "@zerotrace/core";
import { fixCommands } from "@zerotrace/core/fix/commands";
import { fixIdOf } from "@zerotrace/core/fix/id";
import { daysUntil, dueAtOf, type OpenSince, type Sla } from "@zerotrace/core/fix/sla";
import type { z } from "zod";
import { oneDecimal } from "../assets/index.ts";
import type { fixRow, fixWork } from "./contract.ts";
import type { FixKey, FixRecord, WorkJson, WorkRecord } from "./sql.ts";

/** Advisories that a fix names (count). */
export const ADVISORIES_MAX = 10;

export { fixIdOf };

/** What an id names. Throws NOT_FOUND. */
export const fixKeyOf = (id: string): FixKey => {
  const text = Buffer.from(id, "base64url").toString("utf8");
  const [ecosystem = "", name = "", ...more] = text.slice(1).split("\n");
  const key = { ecosystem, package: name, hasFix: text.startsWith("+") };
  if (ecosystem === "" || name === "" || more.length > 0 || fixIdOf(key) !== id) {
    throw new AppError("NOT_FOUND", "There is no fix with this id.");
  }
  return key;
};

/** The highest of versions by the ecosystem's own order; those that do not parse count only when none does. */
export const highestVersion = (ecosystem: string, versions: Iterable<string>): string | null => {
  const scheme = schemeFor(ecosystem);
  let highest: string | null = null;
  for (const version of versions) {
    if (highest === null || (scheme?.compare(version, highest) ?? (version > highest ? 1 : -1)) > 0) highest = version;
  }
  return highest;
};

/** Versions of a text with one in each line, each once. */
export const versionsOf = (lines: string | null): Set<string> =>
  new Set((lines ?? "").split("\n").filter((line) => line !== ""));

const timesOf = (since: FixRecord["since"]): OpenSince =>
  Object.fromEntries(
    Object.entries(since).map(([key, at]) => [key, at === null ? null : new Date(at)]),
  ) as unknown as OpenSince;

/** When a fix is due: the day that somebody chose, else what the company's times to fix say. */
const dueOf = (sla: Sla, since: FixRecord["since"] | null, work: { dueOn: string | null } | null, now: Date) => {
  const bySla = since === null ? null : dueAtOf(sla, timesOf(since));
  const chosen = work?.dueOn == null ? null : new Date(`${work.dueOn}T23:59:59.999Z`);
  const at = chosen ?? bySla;
  return {
    slaDueAt: bySla?.toISOString() ?? null,
    dueAt: at?.toISOString() ?? null,
    dueInDays: at === null ? null : daysUntil(at, now),
    isOverdue: at !== null && at < now,
  };
};

const isoOf = (at: Date | string): string => new Date(at).toISOString();
const isoOrNull = (at: Date | string | null): string | null => (at === null ? null : isoOf(at));

/** What is done about a fix as the API shows it. */
export const toWork = (work: WorkRecord | WorkJson): z.output<typeof fixWork> => ({
  state: work.state,
  assignee:
    work.assigneeId === null
      ? null
      : { id: work.assigneeId, name: work.assigneeName ?? "", email: work.assigneeEmail ?? "" },
  dueOn: work.dueOn,
  note: work.note,
  createdAt: isoOf(work.createdAt),
  updatedAt: isoOf(work.updatedAt),
  updatedBy: work.updatedBy,
  claimedAt: isoOrNull(work.claimedAt),
  claimedBy: work.claimedBy,
  claimedVersion: work.claimedVersion,
  verification: work.verification,
  verifiedAt: isoOrNull(work.verifiedAt),
  leftFindingCount: work.leftFindingCount,
  notFixedCount: work.notFixedCount,
  waitingCount: work.waitingCount,
});

/** What a fix says where nothing that it closes is open. */
const NOTHING: Omit<FixRecord, keyof FixKey | "work"> = {
  fixes: "",
  findingCount: 0,
  advisoryCount: 0,
  assetCount: 0,
  kevCount: 0,
  critical: 0,
  high: 0,
  medium: 0,
  low: 0,
  none: 0,
  unknown: 0,
  weight: 0,
  maxRisk: 0,
  advisories: [],
  since: { critical: null, high: null, medium: null, low: null, kev: null },
};

/** A fix of which nothing is open, and something was done: it still says to which version, where somebody called that done. */
export const doneFix = (work: WorkRecord): FixRecord => ({
  ...NOTHING,
  fixes: work.claimedVersion ?? "",
  ecosystem: work.ecosystem,
  package: work.package,
  hasFix: work.hasFix,
  work: toJson(work),
});
const toJson = (work: WorkRecord): WorkJson => JSON.parse(JSON.stringify(work));

/** A fix as the API shows it. `total`: the risk of all findings of the filter. */
export const toFixRow = (
  g: FixRecord,
  { sla, total, now }: { sla: Sla; total: number; now: Date },
): z.output<typeof fixRow> => {
  const fixedIn = highestVersion(g.ecosystem, versionsOf(g.fixes));
  const advisories = typeof g.advisories === "string" ? g.advisories.split("\n") : g.advisories;
  const [command] = fixCommands({ ecosystem: g.ecosystem, name: g.package, fixedIn, installed: [] });
  return {
    id: fixIdOf(g),
    key: `${g.ecosystem}/${g.package}/${fixedIn ?? ""}`,
    ecosystem: g.ecosystem,
    package: g.package,
    fixedIn,
    findingCount: g.findingCount,
    advisoryCount: g.advisoryCount,
    assetCount: g.assetCount,
    severities: {
      critical: g.critical,
      high: g.high,
      medium: g.medium,
      low: g.low,
      none: g.none,
      unknown: g.unknown,
    },
    kevCount: g.kevCount,
    maxRisk: oneDecimal(g.maxRisk),
    riskShare: total === 0 ? 0 : Math.round((g.weight / total) * 10_000) / 10_000,
    advisories: [...new Set(advisories)].slice(0, ADVISORIES_MAX),
    command: command?.text ?? "",
    ...dueOf(sla, g.since, g.work, now),
    work: g.work && toWork(g.work),
  };
};

/** How a day is due that somebody chose. */
export const dueOfWork = (work: WorkRecord, now: Date) => {
  const { slaDueAt: _, ...due } = dueOf({ critical: 1, high: 1, medium: 1, low: 1, kev: 1 }, null, work, now);
  return due;
};
