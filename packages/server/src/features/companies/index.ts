import type { CompanyKeys } from "../../platform/crypto/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Endpoint } from "../../platform/http/index.ts";
import type { MailLink } from "../people/index.ts";
import { deletionRoutes } from "./deletion.ts";
import { entryRoutes } from "./enter.ts";
import { exportRoutes } from "./exports.ts";
import { manageRoutes } from "./manage.ts";
import { insertCompany } from "./sql.ts";

export { ensureCanaries } from "./canary-sql.ts";
export { deleteCompany, requestDeletions } from "./delete-job.ts";
export { expireEntries } from "./entries-sql.ts";
export { exportCompany, sweepExports } from "./export-job.ts";
export { changeCompany, mustBeProvider } from "./scope.ts";
export { expireExports } from "./exports-sql.ts";

export interface CompanyDeps {
  /** Makes a revocation felt at once; called after the commit. */
  readonly forget: (credentialId: string) => void;
  /** The same for every credential of a company. */
  readonly forgetCompany: (companyId: number) => void;
  /** The dashboard's origin as people reach it. */
  readonly publicUrl: () => string;
  readonly dataDir: string;
  /** Days in which a deletion can be undone. */
  readonly companyDeletionDays: number;
  readonly keys: CompanyKeys;
  /** Left out where no mail is sent. */
  readonly mailLink?: MailLink;
}

/** The company of a first start. */
const DEFAULT_COMPANY = "Default";

/** The id of the company that a single site uses; made at the first start. */
export const ensureDefaultCompany = (db: Database): Promise<number> =>
  db.asService((tx) => insertCompany(tx, DEFAULT_COMPANY));

/** The routes of companies: the provider's, and what a company does with itself as a whole. */
export const companyRoutes = (deps: CompanyDeps): Endpoint[] => [
  ...manageRoutes(deps),
  ...entryRoutes(deps),
  ...exportRoutes(deps),
  ...deletionRoutes(deps),
];
