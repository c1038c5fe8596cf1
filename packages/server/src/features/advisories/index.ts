import type { Endpoint } from "../../platform/http/index.ts";
import type { EpssHistory, Knowledge } from "../feeds/index.ts";
import { getAdvisory, getAdvisoryEpss, listAdvisories } from "./read.ts";

export { type AdvisoryDocs, findAdvisory, getAdvisoryDocs } from "./docs.ts";

/** The routes that read advisories. */
export const advisoryRoutes = (
  knowledge: Pick<Knowledge, "enrichmentOf">,
  epss: Pick<EpssHistory, "course">,
): Endpoint[] => [listAdvisories(), getAdvisory(knowledge), getAdvisoryEpss(epss)];
