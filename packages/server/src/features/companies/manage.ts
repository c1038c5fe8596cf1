import { AppError } from "@zerotrace/core";
import { z } from "zod";
import type { Database } from "../../platform/db/index.ts";
import { decodeCursor, type Endpoint, implement } from "../../platform/http/index.ts";
import { pageOf } from "../assets/index.ts";
import { writeAudit } from "../audit/index.ts";
import { routes } from "./contract.ts";
import type { CompanyDeps } from "./index.ts";
import { inviteAdministrator } from "./invite.ts";
import { changeCompany, goOnAs, mustBeProvider, providerActor } from "./scope.ts";
import {
  companiesPage,
  type Company,
  companyById,
  companyCounts,
  countCompanies,
  insertNewCompany,
  setName,
  setState,
} from "./sql.ts";

/** Companies that are counted at one time. */
const COUNTED_AT_ONCE = 4;

const toRow = async (db: Database, company: Company) => {
  const { lastActivityAt, ...counts } = await db.withCompany(company.id, (tx) => companyCounts(tx, company.id));
  return {
    ...company,
    createdAt: company.createdAt.toISOString(),
    deleteAt: company.deleteAt?.toISOString() ?? null,
    ...counts,
    lastActivityAt: lastActivityAt?.toISOString() ?? null,
  };
};

const listCompanies = (): Endpoint =>
  implement(routes.listCompanies, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity }, { query }) => {
      await mustBeProvider(db, identity);
      const after = query.cursor === undefined ? 0 : decodeCursor(query.cursor, z.tuple([z.number().int()]))[0];
      const [found, count] = await db.asService(async (tx) => [
        await companiesPage(tx, { limit: query.limit + 1, after }),
        await countCompanies(tx),
      ]);
      const { rows, ...page } = pageOf(
        found,
        query.limit,
        count,
        (one) => one,
        (one) => [one.id],
      );
      const counted: Awaited<ReturnType<typeof toRow>>[] = [];
      for (let from = 0; from < rows.length; from += COUNTED_AT_ONCE) {
        const some = rows.slice(from, from + COUNTED_AT_ONCE);
        counted.push(...(await Promise.all(some.map((one) => toRow(db, one)))));
      }
      return { rows: counted, ...page };
    },
  });

const getCompany = (): Endpoint =>
  implement(routes.getCompany, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity }, { params: { companyId } }) => {
      await mustBeProvider(db, identity);
      const company = await db.asService((tx) => companyById(tx, companyId));
      if (company === null) throw new AppError("NOT_FOUND", "There is no company with this number.");
      return toRow(db, company);
    },
  });

const taken = (): AppError =>
  new AppError("CONFLICT", "There is a company with this name already: choose another.", { field: "name" });

const createCompany = ({ publicUrl, mailLink }: CompanyDeps): Endpoint =>
  implement(routes.createCompany, {
    audit: "company.create",
    transaction: "none",
    run: async (context, { body: { name, adminEmail } }) => {
      const { db, identity, ip, now } = context;
      await mustBeProvider(db, identity);
      const invitedBy = providerActor(identity.subject);
      return db.asService(async (tx) => {
        const id = await insertNewCompany(tx, name);
        if (id === null) throw taken();
        await goOnAs(tx, id);
        const invitation = await inviteAdministrator(tx, id, {
          email: adminEmail,
          invitedBy,
          now,
          publicUrl: publicUrl(),
        });
        const until = invitation.expiresAt.toISOString();
        const mail = {
          kind: "invitation",
          address: adminEmail.toLowerCase(),
          personId: null,
          link: invitation.mailedUrl,
        } as const;
        const mailed = (await mailLink?.(tx, id, { ...mail, by: identity.subject, role: "admin", until })) ?? false;
        const row = { target: String(id), detail: { name, adminEmail }, after: { name, state: "active" } };
        await writeAudit(tx, { companyId: id, actor: invitedBy, action: "company.create", ip, ...row });
        await goOnAs(tx, identity.companyId);
        await context.record(tx, { companyId: identity.companyId, actor: identity.subject, ...row });
        return { id, invitationUrl: invitation.url, invitationExpiresAt: until, mailed };
      });
    },
  });

const renameCompany = (): Endpoint =>
  implement(routes.renameCompany, {
    audit: "company.rename",
    transaction: "none",
    run: async (context, { params: { companyId }, body: { name } }) => {
      await changeCompany(context, companyId, "company.rename", async (tx, company) => {
        if (!(await setName(tx, companyId, name))) throw taken();
        return { before: { name: company.name }, after: { name } };
      });
      return {};
    },
  });

const suspendCompany = ({ forgetCompany }: CompanyDeps): Endpoint =>
  implement(routes.suspendCompany, {
    audit: "company.suspend",
    transaction: "none",
    run: async (context, { params: { companyId }, body: { reason } }) => {
      await changeCompany(context, companyId, "company.suspend", async (tx, { state, isProvider }) => {
        if (isProvider) throw new AppError("CONFLICT", "The company that runs the platform cannot be suspended.");
        if (state !== "active") throw new AppError("CONFLICT", `The company is not active: it is ${state}.`);
        await setState(tx, companyId, { state: "suspended", reason });
        return { detail: { reason }, before: { state }, after: { state: "suspended" } };
      });
      forgetCompany(companyId);
      return {};
    },
  });

const resumeCompany = (): Endpoint =>
  implement(routes.resumeCompany, {
    audit: "company.resume",
    transaction: "none",
    run: async (context, { params: { companyId } }) => {
      await changeCompany(context, companyId, "company.resume", async (tx, { state }) => {
        if (state !== "suspended") throw new AppError("CONFLICT", `The company is not suspended: it is ${state}.`);
        await setState(tx, companyId, { state: "active", reason: null });
        return { before: { state }, after: { state: "active" } };
      });
      return {};
    },
  });

/** The routes by which the provider makes and runs companies. */
export const manageRoutes = (deps: CompanyDeps): Endpoint[] => [
  listCompanies(),
  getCompany(),
  createCompany(deps),
  renameCompany(),
  suspendCompany(deps),
  resumeCompany(),
];
