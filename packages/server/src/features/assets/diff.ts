import { AppError } from "@zerotrace/core";
import { newComponent, newSbom, type Sbom } from "@zerotrace/plugins/formats/sbom";
import { diffSboms } from "@zerotrace/plugins/formats/sbom-diff";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";
import {
  branchOf,
  componentsAt,
  describeComponents,
  type DiffedComponent,
  type DiffedFinding,
  findingsOnlyOf,
} from "./diff-sql.ts";
import { assetById } from "./read-sql.ts";
import { type AssetRecord, oneDecimal } from "./rows.ts";

/** Rows shown of each list. */
const ROWS_MAX = 500;
const DAY_MS = 86_400_000;

const refused = (says: string, field: string): AppError => new AppError("BAD_REQUEST", says, { field });

/** `now`, a date (its end, UTC), a time, or `branch:NAME`. Throws BAD_REQUEST. */
const momentOf = (text: string, field: string, now: Date): { branch: string | null; at: string } => {
  if (text.startsWith("branch:")) return { branch: text.slice("branch:".length), at: now.toISOString() };
  if (text === "now") return { branch: null, at: now.toISOString() };
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const at = Date.parse(isDate ? `${text}T23:59:59.999Z` : text);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || Number.isNaN(at)) {
    throw refused(`${field} is now, a date such as 2026-11-21, a time, or branch:NAME.`, field);
  }
  return { branch: null, at: new Date(Math.min(at, now.getTime())).toISOString() };
};

const weekBefore = (now: Date): string => new Date(now.getTime() - 7 * DAY_MS).toISOString();

interface Side {
  readonly assetId: string;
  readonly branch: string;
  readonly at: string;
  readonly ids: readonly number[];
}

interface Asked {
  readonly asset: AssetRecord;
  readonly now: Date;
  readonly historyDays: number;
}

const sideOf = async (tx: Tx, companyId: number, text: string, field: string, asked: Asked): Promise<Side> => {
  const { asset, now, historyDays } = asked;
  const { branch, at } = momentOf(text, field, now);
  if (now.getTime() - Date.parse(at) > historyDays * DAY_MS) {
    throw refused(`Changes are kept for ${historyDays} days: choose a later moment.`, field);
  }
  const assetId = branch === null ? asset.id : await branchOf(tx, companyId, asset, branch);
  if (assetId === null) throw refused(`${asset.name} has no branch ${branch}.`, field);
  return { assetId, branch: branch ?? asset.branch, at, ids: await componentsAt(tx, companyId, assetId, at) };
};

const documentOf = (components: readonly DiffedComponent[]): Sbom => ({
  ...newSbom({ format: "scan", version: "" }),
  components: components.map(({ name, version, purl }, i) => ({ ...newComponent(String(i), name), version, purl })),
});

const some = <Row>(rows: readonly Row[]): { count: number; rows: Row[] } => ({
  count: rows.length,
  rows: rows.slice(0, ROWS_MAX),
});

const findings = (rows: readonly DiffedFinding[]) => ({
  count: rows[0]?.count ?? 0,
  rows: rows.map(({ count: _, ...row }) => ({ ...row, risk: oneDecimal(row.risk) })),
});

const toSide = ({ assetId, branch, at, ids }: Side) => ({ assetId, branch, at, componentCount: ids.length });

/** What is different between two sides. Service role with the company set. */
const compare = async (tx: Tx, companyId: number, from: Side, to: Side) => {
  const [before, after] = [new Set(from.ids), new Set(to.ids)];
  const gone = from.ids.filter((id) => !after.has(id));
  const come = to.ids.filter((id) => !before.has(id));
  const diff = diffSboms(
    documentOf(await describeComponents(tx, gone)),
    documentOf(await describeComponents(tx, come)),
  );
  return {
    from: toSide(from),
    to: toSide(to),
    components: {
      added: some(diff.added),
      removed: some(diff.removed),
      upgraded: some(diff.upgraded),
      downgraded: some(diff.downgraded),
      changed: some(diff.changed),
      sameCount: from.ids.length - gone.length,
    },
    findings: {
      gained: findings(await findingsOnlyOf(tx, companyId, come, from.ids, ROWS_MAX)),
      closed: findings(await findingsOnlyOf(tx, companyId, gone, to.ids, ROWS_MAX)),
    },
  };
};

/** The route that compares two moments or branches of an asset; `historyDays` is how long changes are kept. */
export const assetDiffRoute = ({ historyDays }: { readonly historyDays: number }): Endpoint =>
  implement(routes.getAssetDiff, {
    audit: "none",
    transaction: "none",
    run: ({ db, identity: { companyId }, now }, { params, query }) =>
      db.asServiceFor(companyId, async (tx) => {
        const asset = await assetById(tx, companyId, params.id, 0);
        if (asset === null) throw new AppError("NOT_FOUND", "There is no asset with this id.");
        const asked = { asset, now, historyDays };
        const from = await sideOf(tx, companyId, query.from ?? weekBefore(now), "from", asked);
        return await compare(tx, companyId, from, await sideOf(tx, companyId, query.to, "to", asked));
      }),
  });
