import { AppError } from "@zerotrace/core";
import type { Identity } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { writeAudit } from "../audit/index.ts";
import { isOurCertificate, type Statement } from "./certificate.ts";
import { routes } from "./contract.ts";
import { proofs } from "./deletion-sql.ts";
import { isOwner } from "./entries-sql.ts";
import type { CompanyDeps } from "./index.ts";
import { changeCompany, goOnAs, mustBeProvider } from "./scope.ts";
import { type Company, companyById, providerId, setState } from "./sql.ts";

const DAY_MS = 86_400_000;
/** Deletions that are shown. */
const SHOWN = 200;

/** Puts a company into the state that ends with its deletion. Throws BAD_REQUEST where the name is not typed as it is, CONFLICT. */
const doom = async (
  tx: Tx,
  company: Company,
  ask: { name: string; askedBy: string; reason: string; now: Date; days: number },
): Promise<Date> => {
  if (company.isProvider) throw new AppError("CONFLICT", "The company that runs the platform cannot be deleted.");
  if (company.state === "deleting")
    throw new AppError("CONFLICT", "The deletion of this company was asked for already.");
  if (ask.name !== company.name) {
    throw new AppError("BAD_REQUEST", "The name is not that of the company: type it as it is.", { field: "name" });
  }
  // not a moment shorter than promised, whatever the clocks of server and database say
  const deleteAt = new Date(ask.now.getTime() + ask.days * DAY_MS + 60_000);
  const deletion = { askedBy: ask.askedBy, askedAt: ask.now.toISOString(), reason: ask.reason };
  await setState(tx, company.id, { state: "deleting", reason: ask.reason || null, deleteAt, deletion });
  return deleteAt;
};

/** Only the owner: the person who is, or who came by the server's own link. Throws FORBIDDEN. */
const mustBeOwner = async (tx: Tx, { kind, method, subject, companyId, personId, labels }: Identity): Promise<void> => {
  const isPerson = kind === "session" && method !== "provider" && labels === null;
  // a link that a program made bears the program's name
  const isByServer = personId === undefined && method === "link" && subject === "owner";
  if (isPerson && (isByServer || (personId !== undefined && (await isOwner(tx, companyId, personId))))) return;
  throw new AppError("FORBIDDEN", "Only the owner of the company asks for its deletion, signed in as a person.");
};

const deleteOwnCompany = ({ companyDeletionDays: days, forgetCompany }: CompanyDeps): Endpoint =>
  implement(routes.deleteOwnCompany, {
    audit: "company.delete",
    transaction: "none",
    run: async (context, { body: { name, reason } }) => {
      const { db, identity, now, ip } = context;
      const { companyId, subject } = identity;
      const deleteAt = await db.asServiceFor(companyId, async (tx) => {
        await mustBeOwner(tx, identity);
        const company = await companyById(tx, companyId, "for update");
        if (company === null) throw new AppError("NOT_FOUND", "There is no such company.");
        const at = await doom(tx, company, { name, askedBy: subject, reason, now, days });
        const row = { target: String(companyId), detail: { name, reason, deleteAt: at.toISOString() } };
        await context.record(tx, { companyId, actor: subject, ...row });
        const provider = await providerId(tx);
        await goOnAs(tx, provider);
        await writeAudit(tx, {
          companyId: provider,
          actor: `company:${companyId}`,
          action: "company.delete",
          ip,
          ...row,
        });
        return at;
      });
      forgetCompany(companyId);
      return { state: "deleting" as const, deleteAt: deleteAt.toISOString() };
    },
  });

const deleteCompany = ({ companyDeletionDays: days, forgetCompany }: CompanyDeps): Endpoint =>
  implement(routes.deleteCompany, {
    audit: "company.delete",
    transaction: "none",
    run: async (context, { params: { companyId }, body: { name, reason } }) => {
      const { now, identity } = context;
      let deleteAt = now;
      await changeCompany(context, companyId, "company.delete", async (tx, company) => {
        deleteAt = await doom(tx, company, { name, askedBy: identity.subject, reason, now, days });
        const detail = { reason, deleteAt: deleteAt.toISOString() };
        return { detail, before: { state: company.state }, after: { state: "deleting" } };
      });
      forgetCompany(companyId);
      return { state: "deleting" as const, deleteAt: deleteAt.toISOString() };
    },
  });

const undoDeletion = (): Endpoint =>
  implement(routes.undoDeletion, {
    audit: "company.keep",
    transaction: "none",
    run: async (context, { params: { companyId } }) => {
      await changeCompany(context, companyId, "company.keep", async (tx, { state, deleteAt }) => {
        if (state !== "deleting" || deleteAt === null) {
          throw new AppError("CONFLICT", `The company is not to be deleted: it is ${state}.`);
        }
        if (deleteAt <= context.now) throw new AppError("CONFLICT", "The time to undo the deletion is over.");
        await setState(tx, companyId, { state: "active", reason: null });
        return { before: { state }, after: { state: "active" } };
      });
      return {};
    },
  });

const listDeletions = (): Endpoint =>
  implement(routes.listDeletions, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity }) => {
      await mustBeProvider(db, identity);
      const found = await db.withCompany(identity.companyId, (tx) => proofs(tx, identity.companyId, SHOWN, null));
      return {
        rows: found.map(({ target, at, name, rowCount }) => ({
          companyId: Number(target),
          companyName: name,
          deletedAt: at.toISOString(),
          rowCount,
        })),
      };
    },
  });

const getCertificate = ({ keys }: CompanyDeps): Endpoint =>
  implement(routes.getCertificate, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity }, { params: { companyId } }) => {
      await mustBeProvider(db, identity);
      const provider = identity.companyId;
      return db.withCompany(provider, async (tx) => {
        const [proof] = await proofs(tx, provider, 1, String(companyId));
        if (proof === undefined) throw new AppError("NOT_FOUND", "No company with this number was deleted.");
        const { statement, keyId, publicKey, signature } = proof.certificate;
        const said = JSON.parse(statement) as Statement;
        const isOurs = said.companyId === companyId && (await isOurCertificate(keys, tx, provider, proof.certificate));
        return { statement, keyId, publicKey, signature, isOurs };
      });
    },
  });

/** The routes that end a company, undo that, and prove it. */
export const deletionRoutes = (deps: CompanyDeps): Endpoint[] => [
  deleteOwnCompany(deps),
  deleteCompany(deps),
  undoDeletion(),
  listDeletions(),
  getCertificate(deps),
];
