import type { Endpoint } from "../../platform/http/index.ts";
import type { Knowledge } from "../feeds/index.ts";
import { getAdvisory, listAdvisories } from "./read.ts";

export { type AdvisoryDocs, getAdvisoryDocs } from "./docs.ts";

/** The routes that read advisories. */
export const advisoryRoutes = (knowledge: Pick<Knowledge, "enrichmentOf">): Endpoint[] => [
  listAdvisories(),
  getAdvisory(knowledge),
];
