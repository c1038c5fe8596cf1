import { AppError } from "@zerotrace/core";
import type { Widget } from "@zerotrace/core/dashboard/widget";
import { type Identity, mustSeeAll } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { type HoldingsStore, NO_HOLDINGS } from "../holdings/index.ts";
import { NO_TALLIES, type TallyStore } from "../tallies/index.ts";
import { viewsFor } from "../views/index.ts";
import { routes } from "./contract.ts";
import { executiveRoute } from "./executive.ts";
import { figuresRoute } from "./figures.ts";
import { checkWidgets } from "./rules.ts";
import {
  countDashboards,
  dashboardFor,
  type DashboardRecord,
  dashboardsFor,
  type DashboardWish,
  insertDashboard,
  isTaken,
  removeDashboard,
  updateDashboard,
} from "./sql.ts";

/** Dashboards of one person, and of a company together. */
const DASHBOARDS_MAX = 50;

export interface DashboardDeps {
  /** Seconds of silence after which an agent counts as offline. */
  readonly offlineAfterSeconds: number;
  /** Milliseconds that only grow; by them answers are kept. */
  readonly now?: () => number;
  readonly holdings?: HoldingsStore;
  readonly tallies?: TallyStore;
}

const personOf = (identity: Identity): string | null => identity.personId ?? null;

const maySharedOrThrow = (identity: Identity): void => {
  mustSeeAll(identity, "shared dashboards are everybody's");
  if (identity.permissions.includes("config:modify")) return;
  const words = "Shared dashboards are everybody's: to share, change or delete one needs the permission config:modify.";
  throw new AppError("FORBIDDEN", words, { field: "shared" });
};

/** Whose the dashboard is from now on: null for everybody's. Throws FORBIDDEN. */
const ownerOf = (identity: Identity, isShared: boolean): string | null => {
  if (isShared) {
    maySharedOrThrow(identity);
    return null;
  }
  const personId = personOf(identity);
  if (personId !== null) return personId;
  const words = "Only a person has dashboards of their own: share the dashboard, or sign in by name.";
  throw new AppError("FORBIDDEN", words, { field: "shared" });
};

const taken = (): AppError =>
  new AppError("CONFLICT", "Another dashboard has this name: choose another.", { field: "name" });

const refuseTooMany = async (tx: Tx, companyId: number, personId: string | null): Promise<void> => {
  if ((await countDashboards(tx, companyId, personId)) < DASHBOARDS_MAX) return;
  const whose = personId === null ? "shared" : "own";
  throw new AppError("CONFLICT", `There are ${DASHBOARDS_MAX} ${whose} dashboards: delete one first.`);
};

/** A dashboard that the caller sees. Throws NOT_FOUND. */
const visible = async (tx: Tx, identity: Identity, id: string, isLocked = false): Promise<DashboardRecord> => {
  const found = await dashboardFor(tx, identity.companyId, personOf(identity), id, isLocked);
  if (found === null) throw new AppError("NOT_FOUND", "There is no dashboard with this id.");
  return found;
};

/** One that the caller may change, locked. Throws NOT_FOUND, or FORBIDDEN for a shared one. */
const changeable = async (tx: Tx, identity: Identity, id: string): Promise<DashboardRecord> => {
  const found = await visible(tx, identity, id, true);
  if (found.personId === null) maySharedOrThrow(identity);
  return found;
};

/** Throws BAD_REQUEST for widgets that could not be shown to everybody who will see them. */
const check = async (tx: Tx, identity: Identity, widgets: readonly Widget[], isShared: boolean): Promise<void> => {
  const views = widgets.some(({ viewId }) => viewId !== "")
    ? await viewsFor(tx, identity.companyId, personOf(identity))
    : [];
  const known = new Map(views.map(({ id, noun, personId }) => [id, { noun, isShared: personId === null }]));
  checkWidgets(widgets, known, isShared);
};

const told = ({ name, widgets }: DashboardWish, isShared: boolean) => ({ name, shared: isShared, widgets });

const shown = ({ id, name, personId, createdBy, changedAt }: Omit<DashboardRecord, "widgets">) => ({
  id,
  name,
  shared: personId === null,
  createdBy,
  changedAt: changedAt.toISOString(),
});

const readRoutes: readonly Endpoint[] = [
  implement(routes.listDashboards, {
    audit: "none",
    run: async ({ tx, identity }) => {
      const rows = await dashboardsFor(tx, identity.companyId, personOf(identity));
      return { rows: rows.map((row) => ({ ...shown(row), widgetCount: row.widgetCount })) };
    },
  }),
  implement(routes.getDashboard, {
    audit: "none",
    run: async ({ tx, identity }, { params: { id } }) => {
      const found = await visible(tx, identity, id);
      const { widgets, revision } = found;
      return { ...shown(found), widgetCount: widgets.length, widgets: [...widgets], revision };
    },
  }),
];

const writeRoutes: readonly Endpoint[] = [
  implement(routes.createDashboard, {
    audit: "dashboard.create",
    run: async (context, { body: { shared: isShared, ...wish } }) => {
      const { tx, identity } = context;
      const { companyId } = identity;
      const personId = ownerOf(identity, isShared);
      await check(tx, identity, wish.widgets, isShared);
      await refuseTooMany(tx, companyId, personId);
      const id = await insertDashboard(tx, companyId, { ...wish, personId, createdBy: identity.subject });
      if (id === null) throw taken();
      context.note(id, { name: wish.name }, { after: told(wish, isShared) });
      return { id };
    },
  }),
  implement(routes.changeDashboard, {
    audit: "dashboard.change",
    run: async (context, { params: { id }, body: { shared: isShared, revision, ...wish } }) => {
      const { tx, identity } = context;
      const { companyId } = identity;
      const before = await changeable(tx, identity, id);
      if (before.revision !== revision) {
        const words = "This dashboard was changed since you opened it: load it again, then make your change.";
        throw new AppError("CONFLICT", words, { field: "revision" });
      }
      const personId = ownerOf(identity, isShared);
      await check(tx, identity, wish.widgets, isShared);
      if (personId !== before.personId) await refuseTooMany(tx, companyId, personId);
      if (await isTaken(tx, companyId, { id, personId, name: wish.name })) throw taken();
      const next = await updateDashboard(tx, companyId, { ...wish, id, personId });
      const change = { before: told(before, before.personId === null), after: told(wish, isShared) };
      context.note(id, { name: wish.name }, change);
      return { revision: next };
    },
  }),
  implement(routes.deleteDashboard, {
    audit: "dashboard.delete",
    run: async (context, { params: { id } }) => {
      const { tx, identity } = context;
      const before = await changeable(tx, identity, id);
      await removeDashboard(tx, identity.companyId, id);
      context.note(id, { name: before.name }, { before: told(before, before.personId === null) });
      return {};
    },
  }),
];

/** The routes of dashboards, of the figures that their widgets ask for, and of the page for a board. */
export const dashboardRoutes = ({
  offlineAfterSeconds,
  now = () => Date.now(),
  holdings = NO_HOLDINGS,
  tallies = NO_TALLIES,
}: DashboardDeps): Endpoint[] => [
  ...readRoutes,
  ...writeRoutes,
  figuresRoute(now, { holdings, tallies }),
  executiveRoute(offlineAfterSeconds, now),
];
