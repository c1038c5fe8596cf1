import type { Command } from "@commander-js/extra-typings";
import { AppError } from "@zerotrace/core";
import { type Answer, type Client, contract } from "@zerotrace/sdk";
import { createHash, createPublicKey, verify } from "node:crypto";
import { type Cli, EXIT } from "../cli.ts";
import { connect } from "../local.ts";
import { dataDirOption, formatOption, limitOption, serverOption, tokenOption } from "../options.ts";
import { counted } from "../output/headline.ts";
import { printable } from "../output/style.ts";
import { table } from "../output/table.ts";
import { pagesOf } from "../pages.ts";

type Links = Answer<typeof contract.audit.listAuditLinks>;
type Checkpoint = NonNullable<Links["checkpoint"]>;
interface Head {
  readonly seq: number;
  readonly hash: string;
}
interface Verdict {
  readonly count: number;
  readonly head: Head | null;
  readonly checkpoint: Checkpoint | null;
  readonly fault: { readonly seq: number | null; readonly why: string } | null;
}

const GENESIS = "0".repeat(64);
const PAGE = 1_000;
/** DER before the 32 bytes of a public Ed25519 key. */
const PUBLIC_PREFIX = "302a300506032b6570032100";

/** Whether a checkpoint bears the signature of the key that stands in it. */
const isSigned = (companyId: number, c: Checkpoint): boolean => {
  const text = `zerotrace audit checkpoint v1\n${JSON.stringify([companyId, c.seq, c.hash, c.count, c.before, c.at])}`;
  const der = Buffer.from(PUBLIC_PREFIX + c.publicKey, "hex");
  const key = createPublicKey({ key: der, format: "der", type: "spki" });
  return verify(null, Buffer.from(text), key, Buffer.from(c.signature, "hex"));
};

const faultOf = (row: Links["rows"][number], last: Head): string | null => {
  if (row.seq !== last.seq + 1) return `link ${last.seq + 1} is missing`;
  if (row.previous !== last.hash) return "it does not follow the link before it";
  if (row.content === null) return "its row was removed";
  const hash = createHash("sha256").update(Buffer.from(row.previous, "hex")).update(row.content).digest("hex");
  return hash === row.hash ? null : "its row was changed";
};

/** Computes the chain anew from what the server sends: its word on the chain is not taken. */
const recompute = async (call: Client, expected: Head | null): Promise<Verdict> => {
  let last: Head = { seq: 0, hash: GENESIS };
  let count = 0;
  let checkpoint: Checkpoint | null = null;
  const verdict = (seq: number | null, why: string | null): Verdict => {
    const head = last.seq === 0 ? null : last;
    return { count, head, checkpoint, fault: why === null ? null : { seq, why } };
  };
  for (let isFirst = true; ; isFirst = false) {
    const page = await call(contract.audit.listAuditLinks, { query: { after: last.seq, limit: PAGE } });
    if (isFirst && page.checkpoint !== null) {
      checkpoint = page.checkpoint;
      if (!isSigned(page.companyId, checkpoint)) return verdict(checkpoint.seq, "the checkpoint's signature is wrong");
      last = { seq: checkpoint.seq, hash: checkpoint.hash };
    }
    for (const row of page.rows) {
      const why = faultOf(row, last);
      if (why !== null) return verdict(row.seq, why);
      last = { seq: row.seq, hash: row.hash };
      count += 1;
      if (expected?.seq === last.seq && expected.hash !== last.hash)
        return verdict(row.seq, "it is not the link that was noted");
    }
    if (page.isLast) break;
  }
  if (expected !== null && expected.seq > last.seq) return verdict(expected.seq, "the link that was noted is gone");
  return verdict(null, null);
};

/** `<number>:<hash>` as verify prints it. Throws BAD_REQUEST. */
const headOf = (text: string | undefined): Head | null => {
  if (text === undefined) return null;
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq !== undefined && hash !== undefined) return { seq: Number(seq), hash };
  throw new AppError("BAD_REQUEST", "--expect takes what verify printed before: number:hash.", { field: "expect" });
};

const sentenceOf = ({ count, head, checkpoint, fault }: Verdict): string => {
  if (fault !== null) {
    const where = fault.seq === null ? "" : ` at link ${fault.seq}`;
    return `The audit trail is NOT intact${where}: ${fault.why}`;
  }
  const cut =
    checkpoint === null
      ? ""
      : `; links up to ${checkpoint.seq} were cut off by retention, signed on ${checkpoint.at.slice(0, 10)}`;
  const newest = head === null ? "" : `\nNewest link: ${head.seq}:${head.hash}`;
  return `The audit trail is intact: ${counted(count, "row")} in one chain${cut}${newest}`;
};

const registerVerify = (audit: Command, cli: Cli): void => {
  audit
    .command("verify")
    .description("compute the chain of the audit trail anew; exit 1 when a row was changed, removed or put in")
    .option("--expect <number:hash>", "a link noted at an earlier verify, which must still be in the chain")
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async ({ format, expect, ...options }) => {
      const expected = headOf(expect);
      const { call } = await connect(cli, options);
      const own = await recompute(call, expected);
      // Only the server can tell whose key signed, and which rows have no link at all.
      const theirs = own.fault === null ? await call(contract.audit.verifyAudit) : null;
      const verdict = theirs === null ? own : { ...own, fault: theirs.fault };
      cli.exitCode = verdict.fault === null ? EXIT.ok : EXIT.overPolicy;
      const text =
        format === "json" ? JSON.stringify({ schema: "zerotrace.audit-verify/1", ...verdict }) : sentenceOf(verdict);
      cli.out.write(`${text}\n`);
    });
};

const COLUMNS = [
  { title: "AT" },
  { title: "ACTOR" },
  { title: "ACTION" },
  { title: "TARGET" },
  { title: "FROM" },
  { title: "DETAIL" },
] as const;

const registerList = (audit: Command, cli: Cli): void => {
  audit
    .command("list")
    .description("who did what, newest first")
    .option("--actor <actor>", "only what this one did")
    .option("--action <action>", "only this, as noun.verb, or noun.*")
    .option("--target <id>", "only what was done to this object")
    .option("--from <time>", "from this time on, as 2026-01-31T00:00:00Z")
    .option("--until <time>", "before this time")
    .addOption(limitOption(50))
    .addOption(serverOption())
    .addOption(tokenOption())
    .addOption(dataDirOption())
    .addOption(formatOption())
    .action(async ({ format, limit, actor, action, target, from, until, ...options }) => {
      const { call } = await connect(cli, options);
      const filter = { actor, action, target, from, until };
      const { rows, count } = await pagesOf(
        (page) => call(contract.audit.listAudit, { query: { ...page, ...filter } }),
        limit,
        cli,
      );
      if (format === "json") {
        cli.out.write(`${JSON.stringify({ schema: "zerotrace.audit-list/1", count, rows })}\n`);
        return;
      }
      if (rows.length === 0) cli.err.write("Nothing of the kind is in the audit trail\n");
      else {
        const cells = rows.map((row) => [
          row.at.slice(0, 19),
          row.actor,
          row.action,
          row.target,
          row.ip,
          JSON.stringify(row.detail),
        ]);
        cli.out.write(
          table(
            COLUMNS,
            cells.map((line) => line.map(printable)),
          ),
        );
      }
    });
};

/** `zerotrace audit list|verify` */
export const register = (program: Command, cli: Cli): void => {
  const audit = program.command("audit").description("who did what, when and from where; and whether that was changed");
  registerList(audit, cli);
  registerVerify(audit, cli);
};
