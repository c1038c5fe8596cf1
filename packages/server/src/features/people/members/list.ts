import { z } from "zod";
import { decodeCursor, type Endpoint, implement } from "../../../platform/http/index.ts";
import { pageOf } from "../../assets/index.ts";
import { routes } from "../contract.ts";
import { noMember, toMemberRow } from "./rules.ts";
import { countMembers, memberRowOf, membersPage } from "./sql.ts";

const emailOnly = z.tuple([z.string().max(254)]);

/** The people of the company by email. */
export const listPeople = (): Endpoint =>
  implement(routes.listPeople, {
    audit: "none",
    run: async ({ tx, identity: { companyId } }, { query: { limit, cursor, ...filter } }) => {
      const after = cursor === undefined ? null : decodeCursor(cursor, emailOnly)[0];
      const rows = await membersPage(tx, companyId, filter, { limit: limit + 1, after });
      const count = await countMembers(tx, companyId, filter);
      return pageOf(rows, limit, count, toMemberRow, (row) => [row.email]);
    },
  });

/** One of the company's people. */
export const getPerson = (): Endpoint =>
  implement(routes.getPerson, {
    audit: "none",
    run: async ({ tx, identity: { companyId } }, { params }) => {
      const member = await memberRowOf(tx, companyId, params.id);
      if (member === null) throw noMember();
      return toMemberRow(member);
    },
  });
