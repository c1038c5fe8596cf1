import { AppError } from "@zerotrace/core";
import { type Client, contract } from "@zerotrace/sdk";

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The id of an asset by its name; of several branches the one that is named so. Throws NOT_FOUND and BAD_REQUEST. */
export const idOf = async (call: Client, name: string, branch: string | undefined): Promise<string> => {
  if (ID.test(name)) return name;
  const { rows } = await call(contract.assets.listAssets, { query: { q: name, sort: "name", limit: 500 } });
  const same = rows.filter((asset) => asset.name === name && (branch === undefined || asset.branch === branch));
  const [only] = same;
  if (only === undefined) throw new AppError("NOT_FOUND", `There is no asset ${name}${branch ? ` (${branch})` : ""}.`);
  if (same.length === 1) return only.id;
  const branches = same.map((asset) => asset.branch || "none").join(", ");
  throw new AppError("BAD_REQUEST", `${name} has several branches (${branches}): name one with --branch.`, {
    field: "branch",
  });
};
