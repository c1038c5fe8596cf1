import type { Database } from "../../platform/db/index.ts";
import { insertCompany } from "./sql.ts";

/** The company of a first start. */
const DEFAULT_COMPANY = "Default";

/** The id of the company that a single site uses; made at the first start. */
export const ensureDefaultCompany = (db: Database): Promise<number> =>
  db.asService((tx) => insertCompany(tx, DEFAULT_COMPANY));
