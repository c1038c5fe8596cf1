import { createHash } from "node:crypto";
import type { CompanyKeys } from "../../platform/crypto/index.ts";
import type { Database, Tx } from "../../platform/db/index.ts";
import {
  type Checkpoint,
  countUnlinked,
  deleteLinks,
  firstLinks,
  insertCheckpoint,
  type Link,
  linksAfter,
  newestCheckpoint,
} from "./chain-sql.ts";
import { isOurs, signCut } from "./checkpoint.ts";

/** Before the first link. */
const GENESIS = "0".repeat(64);
/** Links read at a time. */
const PAGE = 1_000;
const DAY_MS = 86_400_000;

/** What a look at a whole chain found. */
export interface ChainState {
  /** Links that are there and were looked at. */
  readonly count: number;
  /** The newest link; null for an empty trail. Kept elsewhere, it shows later that nothing before it was changed. */
  readonly head: { readonly seq: number; readonly hash: string } | null;
  readonly checkpoint: Checkpoint | null;
  /** The first thing that is wrong; null when nothing is. */
  readonly fault: { readonly seq: number | null; readonly why: string } | null;
}

const faultOf = (link: Link, before: { seq: number; hash: string }): string | null => {
  if (link.seq !== before.seq + 1) return `link ${before.seq + 1} is missing`;
  if (link.previous !== before.hash) return "it does not follow the link before it";
  if (link.content === null) return "its row was removed";
  const hash = createHash("sha256").update(Buffer.from(link.previous, "hex")).update(link.content).digest("hex");
  return hash === link.hash ? null : "its row was changed";
};

/** Computes the whole chain of a company anew, from its checkpoint on. Cost: a pass over the trail, about 60,000 rows a CPU second. */
export const verifyChain = async (db: Database, keys: CompanyKeys, companyId: number): Promise<ChainState> => {
  const [checkpoint, isTrusted, unlinked] = await db.withCompany(companyId, async (tx) => {
    const found = await newestCheckpoint(tx, companyId);
    return [found, found === null || (await isOurs(keys, tx, companyId, found)), await countUnlinked(tx, companyId)];
  });
  let last = { seq: checkpoint?.seq ?? 0, hash: checkpoint?.hash ?? GENESIS };
  let count = 0;
  const state = (fault: ChainState["fault"]): ChainState => {
    const head = last.seq === 0 ? null : last;
    return { count, head, checkpoint, fault };
  };
  if (!isTrusted) return state({ seq: checkpoint?.seq ?? null, why: "the checkpoint was not signed by this server" });
  if (unlinked > 0) return state({ seq: null, why: `${unlinked} rows were written around the chain` });
  for (;;) {
    const from = last.seq;
    const links = await db.withCompany(companyId, (tx) => linksAfter(tx, companyId, from, PAGE));
    for (const link of links) {
      const why = faultOf(link, last);
      if (why !== null) return state({ seq: link.seq, why });
      last = { seq: link.seq, hash: link.hash };
      count += 1;
    }
    if (links.length < PAGE) return state(null);
  }
};

/**
 * Cuts up to `limit` of the oldest rows off, those older than `days`, and leaves a signed checkpoint in their place; answers how
 * many. Fewer than `limit` says that none is left. Service role with the company set; the last 30 days stay in any case.
 */
export const cutAudit = async (
  keys: CompanyKeys,
  tx: Tx,
  companyId: number,
  { days, limit }: { days: number; limit: number },
): Promise<number> => {
  const now = Date.now();
  const before = new Date(now - days * DAY_MS).toISOString();
  const links = await firstLinks(tx, companyId, before, limit);
  const young = links.findIndex(({ isOld }) => !isOld);
  const cut = young === -1 ? links : links.slice(0, young);
  const last = cut.at(-1);
  if (last === undefined) return 0;
  const facts = { seq: last.seq, hash: last.hash, count: cut.length, before, at: new Date(now).toISOString() };
  await insertCheckpoint(tx, companyId, await signCut(keys, tx, companyId, facts));
  await deleteLinks(
    tx,
    companyId,
    last.seq,
    cut.map(({ eventId }) => eventId),
  );
  return cut.length;
};
