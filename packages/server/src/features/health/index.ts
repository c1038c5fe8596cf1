import { AppError } from "@zerotrace/core";
import type { Database } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import type { Metrics } from "../../platform/metrics/index.ts";
import { routes } from "./contract.ts";
import { ready } from "./ready.ts";
import { runsPlatform } from "./sql.ts";
import type { Dependency } from "./rules.ts";

export interface HealthDeps {
  readonly db: Database;
  readonly metrics: Pick<Metrics, "text">;
  readonly version: string;
  /** Further dependencies by name, such as the queue and the feeds. One that throws or does not answer in time is down. */
  readonly checks: Readonly<Record<string, () => Promise<Omit<Dependency, "name">>>>;
  /** Milliseconds that a dependency has to answer; 2,000 unless said. */
  readonly answerMs?: number;
}

/** The routes for those who watch the server. */
export const healthRoutes = (deps: HealthDeps): Endpoint[] => [
  implement(routes.live, { audit: "none", run: async () => ({ status: "ok" as const, version: deps.version }) }),
  ready(deps),
  implement(routes.metrics, {
    audit: "none",
    transaction: "none",
    loopback: true,
    run: async ({ db, identity: { kind, companyId } }) => {
      // the figures are sums over all companies
      if (kind !== "loopback" && !(await db.asService((tx) => runsPlatform(tx, companyId)))) {
        throw new AppError("FORBIDDEN", "Metrics are for the company that runs the platform: use a token of its own.");
      }
      return deps.metrics.text();
    },
  }),
];
