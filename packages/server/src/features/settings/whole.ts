import { AppError } from "@zerotrace/core";

/** Throws FORBIDDEN for who sees a part of the company only: what is decided for all of it is not theirs. */
export const wholeCompany = (labels: readonly string[] | null): void => {
  if (labels === null) return;
  throw new AppError("FORBIDDEN", "You see a part of the company only: settings concern all of it.");
};
