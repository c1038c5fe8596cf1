import { AppError, type Component, componentOfPurl, explainedRisks, type Explanation, judgedAs } from "@zerotrace/core";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { ownersOf } from "../components/index.ts";
import type { Knowledge } from "../feeds/index.ts";
import { companyVex } from "../vex/index.ts";
import { routes } from "./contract.ts";

/** Steps of one answer (count). */
const STEPS_MAX = 500;
/** Risks of one answer (count). */
const RISKS_MAX = 100;

/** An explanation as the API shows it. */
export const shownExplanation = ({ ranges: _, steps, ...rest }: Explanation) => ({
  ...rest,
  steps: steps.slice(0, STEPS_MAX).map((step) => ({ ...step })),
  stepCount: steps.length,
});

const versioned = (purl: string, field: string): Component => {
  const component = componentOfPurl(purl);
  if (component.version !== "") return component;
  throw new AppError("BAD_REQUEST", "The package URL has no version: write pkg:type/name@version.", { field });
};

/** The owner that the company's inventories know of, where all of its components like this lie in one package. */
const ownerInInventory = async (tx: Tx, companyId: number, component: Component): Promise<Component> => {
  const owners = await ownersOf(tx, companyId, component);
  const [ownedBy] = owners;
  return owners.length === 1 && ownedBy ? { ...component, ownedBy } : component;
};

/** The route that explains any package, in the inventory or not. */
export const explainRoutes = (knowledge: Pick<Knowledge, "explanation">): Endpoint[] => [
  implement(routes.explain, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity: { companyId }, now }, { query }) => {
      const own = versioned(query.purl, "purl");
      const { component, vex } = await db.asServiceFor(companyId, async (tx) => ({
        component:
          query.inside === undefined
            ? await ownerInInventory(tx, companyId, own)
            : { ...own, ownedBy: judgedAs(versioned(query.inside, "inside")) },
        vex: await companyVex(tx, companyId),
      }));
      const explained = await knowledge.explanation({
        component,
        advisory: query.advisory || undefined,
        // A package URL alone does not say which product it lies in.
        ruling: (names) => vex.rule(names, component, () => false),
        now: now.toISOString(),
      });
      if (explained === null) throw new AppError("NOT_READY", "No advisories are in force yet.");
      return { ...shownExplanation(explained), risks: explainedRisks(explained).slice(0, RISKS_MAX) };
    },
  }),
];
