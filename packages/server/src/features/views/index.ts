import { AppError } from "@zerotrace/core";
import { FINDING_FIELDS, parseQuery } from "@zerotrace/core/query/language/index";
import { type Identity, mustSeeAll } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { routes, VIEW_NOUNS, type ViewNoun } from "./contract.ts";
import {
  countViews,
  insertView,
  isTaken,
  lockView,
  removeView,
  updateView,
  type ViewRecord,
  viewsFor,
  type ViewWish,
} from "./sql.ts";

export { viewsFor } from "./sql.ts";

/** Views of one person, and of a company together. */
const VIEWS_MAX = 100;

const bad = (field: string, message: string): AppError => new AppError("BAD_REQUEST", message, { field });

const oneOf = (field: string, value: string, allowed: readonly string[]): void => {
  if (value === "" || allowed.includes(value)) return;
  const choice = allowed.length === 0 ? "leave it empty" : `use ${allowed.join(", ")}`;
  throw bad(field, `This list has no ${field} "${value}": ${choice}.`);
};

/** Throws BAD_REQUEST unless the list understands the view, so that none is kept that cannot be opened. */
const checkView = (noun: ViewNoun, wish: ViewWish): void => {
  const { sorts, views } = VIEW_NOUNS[noun];
  oneOf("sort", wish.sort, sorts);
  oneOf("view", wish.view, views);
  if (noun !== "findings") return;
  const [first] = parseQuery(wish.query, FINDING_FIELDS).errors;
  if (first !== undefined) throw bad("query", `At character ${first.at + 1}: ${first.message}`);
};

const personOf = (identity: Identity): string | null => identity.personId ?? null;

const maySharedOrThrow = (identity: Identity): void => {
  mustSeeAll(identity, "shared views are everybody's");
  if (identity.permissions.includes("config:modify")) return;
  const words = "Shared views are everybody's: to share, change or delete one needs the permission config:modify.";
  throw new AppError("FORBIDDEN", words, { field: "shared" });
};

/** Who the view is of from now on: null for everybody. Throws FORBIDDEN. */
const ownerOf = (identity: Identity, isShared: boolean): string | null => {
  if (isShared) {
    maySharedOrThrow(identity);
    return null;
  }
  const personId = personOf(identity);
  if (personId !== null) return personId;
  const words = "Only a person has views of their own: share the view, or sign in by name.";
  throw new AppError("FORBIDDEN", words, { field: "shared" });
};

const taken = (): AppError =>
  new AppError("CONFLICT", "Another view of this list has this name: choose another.", { field: "name" });

const refuseTooMany = async (tx: Tx, companyId: number, personId: string | null): Promise<void> => {
  if ((await countViews(tx, companyId, personId)) < VIEWS_MAX) return;
  throw new AppError(
    "CONFLICT",
    `There are ${VIEWS_MAX} ${personId === null ? "shared" : "own"} views: delete one first.`,
  );
};

/** A view that the caller sees and may change. Throws NOT_FOUND, or FORBIDDEN for a shared one. */
const changeable = async (tx: Tx, identity: Identity, id: string): Promise<ViewRecord> => {
  const view = await lockView(tx, identity.companyId, personOf(identity), id);
  if (view === null) throw new AppError("NOT_FOUND", "There is no view with this id.");
  if (view.personId === null) maySharedOrThrow(identity);
  return view;
};

const told = ({ name, query, sort, view, columns }: ViewWish, isShared: boolean) => ({
  name,
  query,
  sort,
  view,
  columns,
  shared: isShared,
});

const shown = ({ personId, changedAt, columns, ...view }: ViewRecord) => ({
  ...view,
  columns: [...columns],
  shared: personId === null,
  changedAt: changedAt.toISOString(),
});

/** The routes of saved views. */
export const viewRoutes = (): Endpoint[] => [
  implement(routes.listViews, {
    audit: "none",
    run: async ({ tx, identity }) => {
      const rows = await viewsFor(tx, identity.companyId, personOf(identity));
      return { rows: rows.map(shown) };
    },
  }),
  implement(routes.createView, {
    audit: "view.create",
    run: async (context, { body: { shared: isShared, noun, ...wish } }) => {
      const { tx, identity } = context;
      const { companyId } = identity;
      checkView(noun, wish);
      const personId = ownerOf(identity, isShared);
      await refuseTooMany(tx, companyId, personId);
      const id = await insertView(tx, companyId, { ...wish, noun, personId, createdBy: identity.subject });
      if (id === null) throw taken();
      context.note(id, { noun, name: wish.name }, { after: told(wish, isShared) });
      return { id };
    },
  }),
  implement(routes.changeView, {
    audit: "view.change",
    run: async (context, { params: { id }, body: { shared: isShared, ...wish } }) => {
      const { tx, identity } = context;
      const { companyId } = identity;
      const before = await changeable(tx, identity, id);
      checkView(before.noun, wish);
      const personId = ownerOf(identity, isShared);
      if (personId !== before.personId) await refuseTooMany(tx, companyId, personId);
      if (await isTaken(tx, companyId, { id, personId, noun: before.noun, name: wish.name })) throw taken();
      await updateView(tx, companyId, { ...wish, id, personId });
      const change = { before: told(before, before.personId === null), after: told(wish, isShared) };
      context.note(id, { noun: before.noun, name: wish.name }, change);
      return {};
    },
  }),
  implement(routes.deleteView, {
    audit: "view.delete",
    run: async (context, { params: { id } }) => {
      const { tx, identity } = context;
      const before = await changeable(tx, identity, id);
      await removeView(tx, identity.companyId, id);
      const change = { before: told(before, before.personId === null) };
      context.note(id, { noun: before.noun, name: before.name }, change);
      return {};
    },
  }),
];
