import { AppError } from "@zerotrace/core";
import { stateAfter } from "@zerotrace/core/fix/work";
import type { z } from "zod";
import type { Tx } from "../../platform/db/index.ts";
import type { HoldingsStore } from "../holdings/index.ts";
import type { TallyStore } from "../tallies/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { emit } from "../stream/index.ts";
import { noteEvent } from "../webhooks/index.ts";
import { type fixDetail, routes } from "./contract.ts";
import { fixKeyOf } from "./rules.ts";
import { type FixKey, memberOf, putWork, workOn, type WorkRecord, type WorkSaid } from "./sql.ts";

export interface FixDeps {
  /** Called in the transaction when something was called done: inventories are to be asked whether it is. */
  readonly onClaimed: (tx: Tx, companyId: number) => Promise<void>;
  /** What assets hold; without it the database is asked. */
  readonly holdings?: HoldingsStore;
  readonly tallies?: TallyStore;
}

type DetailOf = (tx: Tx, companyId: number, key: FixKey, now: Date) => Promise<z.output<typeof fixDetail>>;

/** What a person says, on top of what was said before. */
type Said = Pick<WorkSaid, "state" | "assigneeId" | "dueOn" | "note">;
const NOTHING_SAID: Said = { state: "open", assigneeId: null, dueOn: null, note: "" };
const saidOf = ({ state, assigneeId, dueOn, note }: Said): Said => ({ state, assigneeId, dueOn, note });

const mustBeMember = async (tx: Tx, companyId: number, personId: string): Promise<void> => {
  if ((await memberOf(tx, companyId, personId)) !== null) return;
  throw new AppError("BAD_REQUEST", "Nobody with this id is a member of the company.", { field: "assigneeId" });
};

/** Done again is another claim, as the last one was not true. */
const claimOf = (
  before: WorkRecord | null,
  said: Said,
  saysState: boolean,
  fixedIn: string | null,
): WorkSaid["claim"] => {
  if (said.state !== "done") return before?.claimedAt == null ? false : null;
  const isAgain = before?.state === "done" && !saysState;
  return isAgain || before?.verification === "verified" ? false : { version: fixedIn };
};

/** Tells webhooks whose a fix is now; nothing where it is nobody's. */
const tellAssigned = async (
  tx: Tx,
  companyId: number,
  assignedBy: string,
  { id: fixId, ecosystem, package: name, fixedIn, work, dueAt }: z.output<typeof fixDetail>,
): Promise<void> => {
  if (work?.assignee == null) return;
  const { name: called, email } = work.assignee;
  const detail = { fixId, ecosystem, package: name, fixedIn, assignee: { name: called, email }, assignedBy, dueAt };
  await noteEvent(tx, companyId, { kind: "fix.assigned", detail, wanted: ["fix.assigned"] });
};

/** The route that says what is done about a fix. */
export const changeRoute = (deps: FixDeps, detailOf: DetailOf): Endpoint =>
  implement(routes.changeFix, {
    audit: "fix.change",
    run: async (context, { params: { id }, body }) => {
      const { tx, now, identity } = context;
      const { companyId, subject: by } = identity;
      const key = fixKeyOf(id);
      const fix = await detailOf(tx, companyId, key, now);
      const work = await workOn(tx, companyId, key);
      const before = work === null ? NOTHING_SAID : saidOf(work);
      const after = saidOf({
        // as it was where a person keeps it: saying it again gives it to nobody anew
        state: stateAfter(before, {
          state: body.state,
          assigneeId: body.assigneeId === before.assigneeId ? null : (body.assigneeId ?? null),
          dueOn: body.dueOn === before.dueOn ? null : (body.dueOn ?? null),
        }),
        assigneeId: body.assigneeId === undefined ? before.assigneeId : body.assigneeId,
        dueOn: body.dueOn === undefined ? before.dueOn : body.dueOn,
        note: body.note ?? before.note,
      });
      if (after.assigneeId !== null && after.assigneeId !== before.assigneeId) {
        await mustBeMember(tx, companyId, after.assigneeId);
      }
      const claim = claimOf(work, after, body.state !== undefined, fix.fixedIn);
      await putWork(tx, companyId, key, { ...after, by, claim });
      if (claim) await deps.onClaimed(tx, companyId);
      const changed = await detailOf(tx, companyId, key, now);
      if (after.assigneeId !== before.assigneeId) await tellAssigned(tx, companyId, by, changed);
      context.note(id, { ecosystem: key.ecosystem, package: key.package, fixedIn: fix.fixedIn }, { before, after });
      await emit(tx, companyId, { channel: "fix_update", ids: [id], count: 1, summary: { package: key.package } });
      return changed;
    },
  });
