import type { Permission } from "@zerotrace/core";
import type { Database, Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { type EpssHistory, generationInForce } from "../feeds/index.ts";
import { CHANGE_KINDS, routes } from "./contract.ts";
import { type Day, daysOf } from "./days.ts";
import { type Asked, type ByDay, epssSections, findingSections } from "./findings.ts";
import { decisionSections, feedSections, fleetSections } from "./fleet.ts";
import { assetBasis, publishedBetween, staleSources } from "./fleet-sql.ts";
import { type Changes, type Kind, matterQuery, pathOfKind, queryOfKind, type Section } from "./rules.ts";
import { sentenceOf } from "./sentence.ts";
import { hasClosed } from "./sql.ts";

const HOUR_MS = 3_600_000;
/** Entries of one kind over all days (count): a long time lists fewer of each day, and some of each. */
const ENTRIES_MAX = 600;
const ENTRIES_OF_DAY_MIN = 5;

export interface ChangeDeps {
  /** Seconds of silence after which an agent counts as offline. */
  readonly offlineAfterSeconds: number;
  /** Hours between two looks at the feeds: after two of these what is in force is stale. */
  readonly syncHours: number;
  readonly epss: Pick<EpssHistory, "moves">;
  readonly pendingJobs: (tx: Tx, companyId: number) => Promise<number>;
}

const NEEDS: Readonly<Partial<Record<Kind, Permission>>> = {
  asset_new: "assets:read",
  asset_silent: "assets:read",
  inventory: "assets:read",
  agent: "assets:read",
  decision: "audit:read",
  feed: "feeds:read",
};
/** What cannot be told of some assets alone: a fixed finding is on no asset any more, and the trail speaks of all. */
const WHOLE_COMPANY: readonly Kind[] = ["fixed", "decision"];

const hiddenFrom = (permissions: readonly Permission[], labels: readonly string[] | null): Changes["hidden"] =>
  CHANGE_KINDS.flatMap((kind): Changes["hidden"] => {
    const needs = NEEDS[kind];
    if (needs !== undefined && !permissions.includes(needs)) return [{ kind, why: "permission" }];
    return labels !== null && WHOLE_COMPANY.includes(kind) ? [{ kind, why: "labels" }] : [];
  });

/** The sum of a kind over all days. */
const totalOf = (kind: Kind, sections: ByDay, span: Pick<Day, "from" | "until">, isOpenEnded: boolean) => {
  const all = [...sections.values()];
  const names = [...new Set(all.flatMap(({ entries }) => entries.map(({ name }) => name)))];
  const query = queryOfKind(kind, span, { isOpenEnded, names });
  return {
    kind,
    count: all.reduce((sum, { count }) => sum + count, 0),
    isExact: all.every(({ isExact }) => isExact),
    query,
    path: query === null ? pathOfKind(kind) : null,
  };
};

const knowledgeOf = (db: Database, days: readonly Day[]) =>
  db.asService(async (tx) => ({
    published: await publishedBetween(tx, days),
    stale: await staleSources(tx),
    generation: await generationInForce(tx),
  }));

/** The route that says what changed. */
export const changeRoutes = (deps: ChangeDeps): Endpoint[] => [
  implement(routes.listChanges, {
    audit: "none",
    run: async ({ tx, db, identity: { companyId, permissions, labels }, now }, { query }) => {
      const span = daysOf({ ...query, now });
      const { days } = span;
      const isOpenEnded = span.until.getTime() === now.getTime();
      const hidden = hiddenFrom(permissions, labels);
      const sees = (kind: Kind): boolean => !hidden.some((one) => one.kind === kind);
      const mayBeClosed = await hasClosed(tx, companyId);
      const groups = Math.min(query.groups, Math.max(ENTRIES_OF_DAY_MIN, Math.floor(ENTRIES_MAX / days.length)));
      const asked: Asked = { tx, companyId, days, groups, isOpenEnded, mayBeClosed };

      const opened = await findingSections("opened", asked);
      const epss = await epssSections(asked, await deps.epss.moves());
      const { published, stale, generation } = await knowledgeOf(db, days);
      const byKind: Partial<Record<Kind, ByDay>> = {
        kev: (await findingSections("kev", asked)).sections,
        epss: epss.sections,
        opened: opened.sections,
        reopened: (await findingSections("reopened", asked)).sections,
        ...(sees("fixed") ? { fixed: (await findingSections("fixed", asked)).sections } : {}),
        ...(sees("asset_new") ? await fleetSections(asked, deps.offlineAfterSeconds) : {}),
        ...(sees("decision") ? { decision: await decisionSections(asked) } : {}),
        ...(sees("feed") ? { feed: feedSections(asked, published, stale) } : {}),
      };
      const { newestInventoryAt, ...assets } = await assetBasis(tx, companyId, deps.offlineAfterSeconds);
      const staleBefore = now.getTime() - 2 * deps.syncHours * HOUR_MS;
      const answer = {
        from: span.from.toISOString(),
        until: span.until.toISOString(),
        zone: query.zone,
        matter: { count: opened.matter, isExact: opened.isExact, query: matterQuery(span, isOpenEnded) },
        totals: CHANGE_KINDS.filter(sees).map((kind) => totalOf(kind, byKind[kind] ?? new Map(), span, isOpenEnded)),
        days: days.map(({ day, from, until }, n) => ({
          day,
          from: from.toISOString(),
          until: until.toISOString(),
          sections: CHANGE_KINDS.map((kind) => byKind[kind]?.get(n)).filter((one): one is Section => one !== undefined),
        })),
        hidden,
        basis: {
          ...assets,
          newestInventoryAt: newestInventoryAt?.toISOString() ?? null,
          advisoriesAt: generation?.confirmedAt.toISOString() ?? null,
          isStale: generation === null || generation.confirmedAt.getTime() < staleBefore,
          staleFeeds: stale.map(({ feed }) => feed),
          pendingJobs: await deps.pendingJobs(tx, companyId),
          epssFrom: epss.epssFrom,
        },
      };
      return { ...answer, ...sentenceOf(answer) };
    },
  }),
];
