import { existsSync } from "node:fs";
import { type RealLists, readLists } from "./match/lists.ts";

/** Beside the repository, where real lists of software may lie. */
const BESIDE = new URL("../../shared", import.meta.url).pathname;

/** Real lists of software of the folder that ZEROTRACE_SHARED names, else of `../shared`; null where there are none. */
export const realLists = (): RealLists | null => {
  const shared = process.env["ZEROTRACE_SHARED"] ?? BESIDE;
  return existsSync(`${shared}/corpus`) ? readLists(`${shared}/corpus`, `${shared}/feeds`) : null;
};
