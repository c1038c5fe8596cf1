import { AppError } from "@zerotrace/core";
import { type AffectedQuestion, parseAffected } from "@zerotrace/core/query/affected";
import { z } from "zod";
import type { Tx } from "../../platform/db/index.ts";
import { decodeCursor, type Endpoint, implement } from "../../platform/http/index.ts";
import { findAdvisory } from "../advisories/index.ts";
import { pageOf } from "../assets/index.ts";
import { type HoldingsStore, NO_HOLDINGS } from "../holdings/index.ts";
import { AFFECTED_VERDICTS, routes } from "./contract.ts";
import { pageByHoldings, pageByInventories } from "./page.ts";
import { packagesOf, type Ruling, rulingByAdvisory, rulingByPackage } from "./rules.ts";
import {
  advisoryNumber,
  assetCoverage,
  type Candidate,
  CANDIDATES_MAX,
  candidatesByName,
  candidatesOfAdvisory,
} from "./sql.ts";

/** Packages of one advisory that are looked for, and those that are shown. */
const PACKAGES_MAX = 2_000;
const PACKAGES_SHOWN = 20;

const place = z.tuple([z.enum(AFFECTED_VERDICTS), z.number(), z.string(), z.uuid()]);

interface Understood {
  readonly kind: "advisory" | "package";
  readonly name: string;
  readonly summary: string;
  readonly isKnown: boolean;
  readonly packages: { ecosystem: string; name: string }[];
  readonly candidates: readonly Candidate[];
  readonly rule: (candidate: Candidate) => Ruling;
}

const byAdvisory = async (tx: Tx, companyId: number, name: string): Promise<Understood | null> => {
  const found = await findAdvisory(tx, name);
  const number = found === null ? null : await advisoryNumber(tx, found.id);
  if (found === null || number === null) return null;
  const packages = packagesOf(found.docs, PACKAGES_MAX);
  const candidates = await candidatesOfAdvisory(tx, companyId, number, packages);
  // A record that names no package says nothing about any: then only what matches is known.
  const isKnown = packages.length > 0 || candidates.length > 0;
  return {
    kind: "advisory",
    name: found.id,
    summary: found.summary,
    isKnown,
    packages,
    candidates,
    rule: rulingByAdvisory,
  };
};

const byPackage = async (
  tx: Tx,
  companyId: number,
  asked: NonNullable<AffectedQuestion["package"]>,
): Promise<Understood> => {
  const candidates = await candidatesByName(tx, companyId, asked);
  const packages = [{ ecosystem: asked.ecosystem ?? "", name: asked.name }];
  const rule = rulingByPackage(asked.range);
  return { kind: "package", name: asked.name, summary: "", isKnown: true, packages, candidates, rule };
};

const understand = async (tx: Tx, companyId: number, q: string): Promise<Understood> => {
  const question = parseAffected(q);
  const found = question.advisory === null ? null : await byAdvisory(tx, companyId, question.advisory);
  if (found !== null) return found;
  if (question.package !== null) return byPackage(tx, companyId, question.package);
  const nothing = { summary: "", isKnown: false, packages: [], candidates: [], rule: rulingByAdvisory };
  return { kind: "advisory", name: question.advisory ?? q.trim(), ...nothing };
};

/** The route that answers "are we affected by …?" over all assets of a company. */
export const affectedRoutes = (holdings: HoldingsStore = NO_HOLDINGS): Endpoint[] => [
  implement(routes.getAffected, {
    audit: "none",
    transaction: "none",
    run: ({ db, identity: { companyId } }, { query }) =>
      db.asServiceFor(companyId, async (tx) => {
        const { candidates, rule, packages, ...asked } = await understand(tx, companyId, query.q);
        if (candidates.length > CANDIDATES_MAX) {
          const says = `More than ${CANDIDATES_MAX} components bear that name: ask with an ecosystem or a range.`;
          throw new AppError("BAD_REQUEST", says, { field: "q" });
        }
        const after = query.cursor === undefined ? null : decodeCursor(query.cursor, place);
        const wanted = {
          verdict: query.verdict,
          limit: query.limit + 1,
          after: after && { verdict: after[0], risk: after[1], name: after[2], assetId: after[3] },
        };
        // what is remembered is of all assets
        const held = tx.labels === null && candidates.length > 0 ? await holdings.of(companyId) : null;
        const { rows, counts } =
          held === null
            ? await pageByInventories(tx, companyId, { candidates, rule }, wanted)
            : await pageByHoldings(tx, companyId, { candidates, rule, holdings: held }, wanted);
        const coverage = await assetCoverage(tx, companyId);
        const found = counts.affected + counts.unknown + counts.not_affected;
        const page = pageOf(
          rows,
          query.limit,
          query.verdict === undefined ? found : counts[query.verdict],
          (row) => row,
          (row) => [row.verdict, row.risk, row.name, row.assetId],
        );
        return {
          ...page,
          countIsExact: true,
          asked: { ...asked, packages: packages.slice(0, PACKAGES_SHOWN) },
          // Of what no feed speaks, nobody can say that it is not there.
          totals: {
            affected: counts.affected,
            unknown: asked.isKnown ? counts.unknown : coverage.assetCount,
            notAffected: asked.isKnown ? counts.not_affected : 0,
            without: asked.isKnown ? coverage.assetCount - found - coverage.withoutInventory : 0,
          },
          coverage,
        };
      }),
  }),
];
