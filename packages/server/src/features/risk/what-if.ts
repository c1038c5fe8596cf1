import { AppError } from "@zerotrace/core";
import { FINDING_FIELDS, parseQuery } from "@zerotrace/core/query/language/index";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { oneDecimal } from "../assets/index.ts";
import { queryCondition } from "../findings/index.ts";
import { routes } from "./contract.ts";
import { closes, fixKeyOf } from "./rules.ts";
import { fixableOf, openOf, type Standing, standingWithout } from "./what-if-sql.ts";

const shown = ({ risk, findingCount, kevCount, assetCount, ...findings }: Standing) => ({
  risk: oneDecimal(risk),
  findings,
  findingCount,
  kevCount,
  assetCount,
});

/** What each of the fixes closes. Two fixes of one package may close the same: it counts for both, and once in all. */
const closedByKeys = async (tx: Tx, companyId: number, written: readonly string[]) => {
  const keys = [...new Set(written)].map(fixKeyOf);
  const findings = await fixableOf(tx, companyId, keys);
  const closed = keys.map((k) =>
    findings.filter(
      (f) => f.ecosystem === k.ecosystem && f.package === k.package && closes(k.ecosystem, k.version, f.fixedIn),
    ),
  );
  return {
    ids: [...new Set(closed.flat().map((f) => f.id))],
    keys: keys.map(({ key }, i) => ({ key, closedCount: closed[i]!.length })),
  };
};

const closedByQuery = async (tx: Tx, companyId: number, text: string) => {
  const { node, errors } = parseQuery(text, FINDING_FIELDS);
  const [first] = errors;
  if (first !== undefined || node === null) {
    const message = first === undefined ? "Write which findings." : `At character ${first.at + 1}: ${first.message}`;
    throw new AppError("BAD_REQUEST", message, { field: "query" });
  }
  return { ids: await openOf(tx, (value) => queryCondition(node, value), companyId), keys: [] };
};

/** The route that answers how the company would stand. */
export const whatIfRoute: Endpoint = implement(routes.whatIf, {
  audit: "none",
  run: async ({ tx, identity: { companyId } }, { body: { keys, query } }) => {
    const closed =
      keys === undefined ? await closedByQuery(tx, companyId, query ?? "") : await closedByKeys(tx, companyId, keys);
    const { before, after, touchedCount } = await standingWithout(tx, companyId, closed.ids);
    return {
      before: shown(before),
      after: shown(after),
      closedCount: closed.ids.length,
      touchedCount,
      keys: closed.keys,
    };
  },
});
