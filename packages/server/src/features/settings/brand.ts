import { type Brand, brand, NO_BRAND } from "@zerotrace/core/brand/brand";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";
import { putStoredBrand, storedBrand } from "./sql.ts";
import { wholeCompany } from "./whole.ts";

/** How the company's dashboard and its mails look. */
export const brandOf = async (tx: Tx, companyId: number): Promise<Brand> => {
  const stored = brand.partial().safeParse(await storedBrand(tx, companyId));
  return { ...NO_BRAND, ...stored.data };
};

const getBrand: Endpoint = implement(routes.getBrand, {
  audit: "none",
  run: async ({ tx, identity: { companyId } }) => brandOf(tx, companyId),
});

/** The audit trail tells that there is a logo, not its bytes. */
const told = ({ logo, ...rest }: Brand) => ({ ...rest, hasLogo: logo !== null });

const putBrand: Endpoint = implement(routes.putBrand, {
  audit: "brand.change",
  run: async (context, { body }) => {
    const { companyId, subject, labels } = context.identity;
    wholeCompany(labels);
    const before = await brandOf(context.tx, companyId);
    const after: Brand = { ...before, ...body };
    await putStoredBrand(context.tx, companyId, after, subject);
    context.note("brand", {}, { before: told(before), after: told(after) });
    return after;
  },
});

/** The routes of how a company's dashboard looks. */
export const brandRoutes: readonly Endpoint[] = [getBrand, putBrand];
