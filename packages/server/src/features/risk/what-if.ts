import { AppError } from "@zerotrace/core";
import { FINDING_FIELDS, parseQuery, type QueryNode } from "@zerotrace/core/query/language/index";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { oneDecimal } from "../assets/index.ts";
import { filterOf, type FindingFilter, informed, led, queryCondition } from "../findings/index.ts";
import { openWeight, weightWith } from "../fixes/index.ts";
import { routes } from "./contract.ts";
import { closes, fixKeyOf } from "./rules.ts";
import { type Answered, type Memory, standingRemembered } from "./what-if-memory.ts";
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

/** Throws BAD_REQUEST for a query that asks for nothing, or cannot be read. */
const queryAsked = (text: string): QueryNode => {
  const { node, errors } = parseQuery(text, FINDING_FIELDS);
  const [first] = errors;
  if (first === undefined && node !== null) return node;
  const message = first === undefined ? "Write which findings." : `At character ${first.at + 1}: ${first.message}`;
  throw new AppError("BAD_REQUEST", message, { field: "query" });
};

/** As `standingRemembered`, read from the findings. */
export const standingRead = async (
  tx: Tx,
  companyId: number,
  asked: { keys: readonly string[] } | { filter: FindingFilter },
) => {
  const { ids, keys } =
    "keys" in asked
      ? await closedByKeys(tx, companyId, asked.keys)
      : {
          ids: await openOf(
            tx,
            (value) =>
              asked.filter.query === null ? "true" : queryCondition(asked.filter.query, value, asked.filter.leads),
            companyId,
          ),
          keys: [],
        };
  const takenWeight = ids.length === 0 ? 0 : await weightWith(tx, companyId, ids);
  return { ...(await standingWithout(tx, companyId, ids)), closedCount: ids.length, takenWeight, keys };
};

/** The route that answers how the company would stand. */
export const whatIfRoute = (memory: Memory): Endpoint =>
  implement(routes.whatIf, {
    audit: "none",
    run: async ({ tx, db, identity: { companyId } }, { body: { keys, query } }) => {
      let answer: Awaited<ReturnType<typeof standingRead>> | Answered | null;
      if (keys === undefined) {
        const plain = { ...filterOf({ status: "open" }), query: queryAsked(query ?? "") };
        const filter = await informed(tx, companyId, await led(db, memory.holdings, companyId, plain, memory.tallies));
        answer = await standingRemembered(tx, companyId, { filter }, memory);
        answer ??= await standingRead(tx, companyId, { filter });
      } else {
        const named = [...new Set(keys)].map(fixKeyOf);
        answer = await standingRemembered(tx, companyId, { keys: named }, memory);
        answer ??= await standingRead(tx, companyId, { keys });
      }
      const { before, after, takenWeight, ...counts } = answer;
      const weight = takenWeight === 0 ? 0 : await openWeight(tx, companyId);
      const riskShare = weight === 0 ? 0 : Math.min(1, Math.round((takenWeight / weight) * 10_000) / 10_000);
      return { ...counts, riskShare, before: shown(before), after: shown(after), keys: [...answer.keys] };
    },
  });
