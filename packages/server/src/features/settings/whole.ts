import { mustSeeAll } from "../../platform/auth/index.ts";

/** Throws FORBIDDEN for who sees a part of the company only: what is decided for all of it is not theirs. */
export const wholeCompany = (labels: readonly string[] | null): void => {
  mustSeeAll({ labels }, "settings concern all of it");
};
