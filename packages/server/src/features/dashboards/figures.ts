import { AppError, SEVERITIES } from "@zerotrace/core";
import { type AddingSource, FINDING_FIELDS, parseQuery, sourcesAsked } from "@zerotrace/core/query/language/index";
import type { z } from "zod";
import type { Database, Tx } from "../../platform/db/index.ts";
import { createKept, type Endpoint, implement } from "../../platform/http/index.ts";
import { oneDecimal } from "../assets/index.ts";
import { generationInForce } from "../feeds/index.ts";
import { filterOf, type FindingFilter, informed, led, namesStatus } from "../findings/index.ts";
import { isOfParts, isSummed } from "../fixes/index.ts";
import { keptTotals } from "../stats/index.ts";
import { viewsFor } from "../views/index.ts";
import { routes } from "./contract.ts";
import { companyDays, todayOf } from "./days-sql.ts";
import {
  assetGroups,
  assetSums,
  type AssetGroup,
  type Counted,
  type GroupRecord,
  highestRisk,
  type OwnGroup,
  ownGroups,
  type PartGroup,
  partGroups,
  partTotal,
  staysSince,
  totalOf,
} from "./figures-sql.ts";
import { assetGroupsRemembered, groupsRemembered, type Memory, totalRemembered } from "./memory.ts";
import { courseOf, daysUpTo, filledDays, partsOf, severitiesAlone } from "./rules.ts";

type Asked = z.output<typeof routes.getFigures.query>;
type Figures = z.output<typeof routes.getFigures.answer>;
type Body = Omit<Figures, "query" | "at" | "unknown">;

const NOTHING: Body = { total: 0, risk: 0, rows: [], groupCount: 0, columns: [], cells: [] };

const isAssetGroup = (group: Asked["group"]): group is AssetGroup =>
  group === "asset" || group === "label" || group === "kind";

const bySeverity = (a: { key: string }, b: { key: string }): number =>
  (SEVERITIES as readonly string[]).indexOf(a.key) - (SEVERITIES as readonly string[]).indexOf(b.key);

/** Days have their order and no gaps; severities go from the worst; all else is as it came, largest first. */
const inOrder = (rows: readonly GroupRecord[], group: Asked["group"], days: readonly string[]): GroupRecord[] => {
  if (group === "severity") return rows.toSorted(bySeverity);
  if (group !== "day") return [...rows];
  const known = new Map(rows.map((row) => [row.key, row]));
  const none = { value: 0, risk: 0, total: 0, top: 0, groupCount: 0, cells: {} };
  return days.map((day) => known.get(day) ?? { ...none, key: day, name: day });
};

/** What is counted, the days of its course, and who remembers what is open. */
interface Figured {
  readonly counted: Counted;
  readonly days: string[];
  readonly memory: Memory;
}

const isPartGroup = (group: Asked["group"]): group is PartGroup =>
  group === "severity" || group === "ecosystem" || group === "package";

/** Whether the sums of the parts of fixes tell the figures: of numbers of findings, not of risk or days. */
const areInParts = async (tx: Tx, companyId: number, { filter, measure, across, since }: Counted): Promise<boolean> =>
  measure === "findings" && across !== "day" && since === null && isOfParts(filter) && (await isSummed(tx, companyId));

const groupsOf = async (
  tx: Tx,
  companyId: number,
  asked: Asked,
  { counted, memory }: { readonly counted: Counted; readonly memory: Memory },
): Promise<GroupRecord[]> => {
  const { group } = asked;
  if (!isAssetGroup(group)) {
    if (isPartGroup(group) && (await areInParts(tx, companyId, counted))) {
      return partGroups(tx, companyId, group, counted);
    }
    const rows = group === "day" ? asked.days : counted.rows;
    const all = { ...counted, rows };
    const own: OwnGroup = group;
    return (await groupsRemembered(tx, companyId, own, { asked: all, memory })) ?? ownGroups(tx, companyId, own, all);
  }
  const { assets, rest } = partsOf(counted.filter.query);
  const severities = severitiesAlone(rest);
  if (severities !== null && asked.measure === "findings" && counted.since === null) {
    const isAcross = counted.across !== null;
    return assetSums(tx, companyId, group, { severities, rows: counted.rows, isAcross }, assets);
  }
  // which assets count is asked of the assets, and not of each finding once more
  const ofRest = { ...counted, filter: { ...counted.filter, query: rest } };
  return (
    (await assetGroupsRemembered(tx, companyId, group, { asked: ofRest, memory, assets })) ??
    assetGroups(tx, companyId, group, ofRest, assets)
  );
};

const grouped = async (tx: Tx, companyId: number, asked: Asked, { counted, days, memory }: Figured): Promise<Body> => {
  const found = await groupsOf(tx, companyId, asked, { counted, memory });
  const rows = inOrder(found, asked.group, days);
  const [first] = found;
  const columns =
    counted.across === null
      ? []
      : counted.across === "day"
        ? days
        : SEVERITIES.filter((one) => one !== "none" || rows.some(({ cells }) => (cells["none"] ?? 0) > 0));
  return {
    total: oneDecimal(first?.total ?? 0),
    risk: oneDecimal(first?.top ?? 0),
    rows: rows.map(({ key, name, value, risk }) => ({ key, name, value: oneDecimal(value), risk: oneDecimal(risk) })),
    groupCount: asked.group === "day" ? days.length : (first?.groupCount ?? 0),
    columns: [...columns],
    cells: counted.across === null ? [] : rows.map(({ cells }) => columns.map((c) => oneDecimal(cells[c] ?? 0))),
  };
};

/**
 * One number: as it is kept where the query asks for severities alone and nothing that is open is closed by a decision, else as the
 * parts of fixes tell it, else counted.
 */
const totalFor = async (
  tx: Tx,
  companyId: number,
  { counted, memory }: Pick<Figured, "counted" | "memory">,
): Promise<{ total: number; risk: number }> => {
  const { filter, measure } = counted;
  const severities = measure === "findings" && !filter.mayBeClosed ? severitiesAlone(filter.query) : null;
  const kept = severities === null ? null : await keptTotals(tx, companyId);
  if (severities !== null && kept !== null) {
    const total = severities.reduce((sum, one) => sum + kept[one], 0);
    return { total, risk: total === 0 ? 0 : await highestRisk(tx, companyId, counted) };
  }
  if (await areInParts(tx, companyId, counted)) return partTotal(tx, companyId, counted);
  return (await totalRemembered(tx, companyId, counted, memory)) ?? totalOf(tx, companyId, counted);
};

/** What was open at the end of each day: as recorded where the query asks for severities alone, else by when findings came and went. */
const course = async (tx: Tx, companyId: number, asked: Asked, { counted, days, memory }: Figured): Promise<Body> => {
  const { query } = counted.filter;
  const severities = asked.measure === "findings" && tx.labels === null ? severitiesAlone(query) : null;
  const saysStatus = query !== null && namesStatus(query);
  const now = await totalFor(tx, companyId, { counted, memory });
  let values: { day: string; value: number }[];
  if (severities !== null) {
    const known = filledDays(await companyDays(tx, companyId, asked.days), days);
    values = known.map((one) => ({ day: one.day, value: severities.reduce((sum, s) => sum + one[s], 0) }));
  } else {
    const filter = { ...counted.filter, status: saysStatus ? counted.filter.status : ("all" as const) };
    const stays = await staysSince(tx, companyId, { ...counted, filter, isOpen: !saysStatus }, days[0] ?? "");
    values = courseOf(stays, days).map((value, i) => ({ day: days[i] ?? "", value }));
  }
  const today = days.at(-1) ?? "";
  const past = values.filter(({ day }) => day !== today);
  const rows = [...past, { day: today, value: now.total }].map(({ day, value }) => ({
    key: day,
    name: day,
    value: oneDecimal(value),
    risk: 0,
  }));
  return { ...NOTHING, total: oneDecimal(now.total), risk: oneDecimal(now.risk), rows, groupCount: rows.length };
};

const bodyOf = async (
  tx: Tx,
  companyId: number,
  asked: Asked,
  { plain, memory }: { readonly plain: FindingFilter; readonly memory: Memory },
): Promise<Body> => {
  const filter = await informed(tx, companyId, plain);
  const days = daysUpTo(await todayOf(tx), asked.days);
  const isByDay = asked.group === "day" || (asked.shape === "cells" && asked.across === "day");
  const counted: Counted = {
    filter,
    measure: asked.measure,
    rows: asked.rows,
    across: asked.shape === "cells" ? asked.across : null,
    since: isByDay && (asked.shape === "groups" || asked.shape === "cells") ? (days[0] ?? null) : null,
  };
  const figured = { counted, days, memory };
  if (asked.shape === "course") return course(tx, companyId, asked, figured);
  if (asked.shape !== "total") return grouped(tx, companyId, asked, figured);
  const { total, risk } = await totalFor(tx, companyId, figured);
  return { ...NOTHING, total: oneDecimal(total), risk: oneDecimal(risk) };
};

/** The query of the saved view where one is named. Throws NOT_FOUND where the caller sees none of findings with this id. */
const queryAsked = async (tx: Tx, companyId: number, personId: string | null, asked: Asked): Promise<string> => {
  if (asked.viewId === "") return asked.query;
  const view = (await viewsFor(tx, companyId, personId)).find(({ id }) => id === asked.viewId);
  if (view?.noun !== "findings") throw new AppError("NOT_FOUND", "There is no saved view of findings with this id.");
  return view.query;
};

/** Which sources a query needs that no generation in force has read. */
const neverRead = async (db: Database, text: string): Promise<AddingSource[]> => {
  const asked = sourcesAsked(parseQuery(text, FINDING_FIELDS).node);
  if (asked.length === 0) return [];
  const sources = (await db.asService(generationInForce))?.meta.sources ?? [];
  return asked.filter((source) => !sources.some(({ feed, recordCount }) => feed === source && recordCount > 0));
};

/** The route of figures. Answers are kept by what they cost, for whoever sees the same assets of the company. */
export const figuresRoute = (now: () => number, memory: Memory): Endpoint => {
  const kept = createKept<Figures>(now);
  return implement(routes.getFigures, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity }, { query: asked }) => {
      const { companyId, labels } = identity;
      const query =
        asked.viewId === ""
          ? asked.query
          : await db.withCompany(companyId, (tx) => queryAsked(tx, companyId, identity.personId ?? null, asked));
      const whole = { ...asked, query, viewId: "" as const };
      return kept(JSON.stringify([companyId, labels, whole]), async () => {
        const asking = filterOf({ status: "open", query });
        const plain = await led(db, memory.holdings, companyId, asking, memory.tallies);
        const body = await db.withCompany(companyId, (tx) => bodyOf(tx, companyId, whole, { plain, memory }));
        return { ...body, query, unknown: await neverRead(db, query), at: new Date(now()).toISOString() };
      });
    },
  });
};
