import { assetsQueries } from "./api/assets.ts";
import { companyQueries } from "./api/company.ts";
import { overviewQueries } from "./api/overview.ts";
import { workQueries } from "./api/work.ts";

export { call, contract, createQueryClient, takeSession } from "./api/client.ts";
export { assetsWords } from "./api/overview.ts";
export { PAGE_ROWS } from "./api/paged.ts";
export type * from "./api/types.ts";

/** Every query of the dashboard. The first word of a key is what a live event names; see `queriesTouchedBy`. */
export const queries = { ...overviewQueries, ...workQueries, ...assetsQueries, ...companyQueries };
