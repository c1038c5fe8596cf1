import { AppError } from "@zerotrace/core";
import { randomUUID } from "node:crypto";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";
import { colleaguesOf, mustBeMember, requireFinding, tell } from "./rules.ts";
import { lockWork, setWork, workOn } from "./sql.ts";

/** People that are offered at a time (count). */
const OFFERED_MAX = 50;

const colleagues: Endpoint = implement(routes.listColleagues, {
  audit: "none",
  run: async ({ tx, identity: { companyId } }, { query: { q = "" } }) => {
    const start = q.trim().toLowerCase();
    const all = await colleaguesOf(tx, companyId);
    const words = (name: string) => [name, ...name.split(/\s+/)].map((word) => word.toLowerCase());
    const fits = all.filter(
      ({ name, handle }) => start === "" || handle.startsWith(start) || words(name).some((w) => w.startsWith(start)),
    );
    return { rows: fits.slice(0, OFFERED_MAX) };
  },
});

const setState: Endpoint = implement(routes.setFindingWork, {
  audit: "finding.set_work",
  run: async (context, { params: { id }, body }) => {
    const { tx, identity } = context;
    const { companyId, subject } = identity;
    const { isOpen, advisory, package: name } = await requireFinding(tx, companyId, id);
    if (!isOpen) throw new AppError("CONFLICT", "This finding is fixed: there is nothing left to do.");
    await mustBeMember(tx, companyId, body.assigneeId);
    await lockWork(tx, companyId);
    const before = await workOn(tx, companyId, id);
    const changed = await setWork(tx, companyId, [id], { ...body, by: subject, changeId: randomUUID() });
    const after = await workOn(tx, companyId, id);
    context.note(id, { advisory, package: name }, { before: before ?? {}, after: after ?? {} });
    await tell(tx, companyId, changed);
    return { changed: changed.length > 0 };
  },
});

/** The routes of who has taken a finding up. */
export const stateRoutes: readonly Endpoint[] = [colleagues, setState];
