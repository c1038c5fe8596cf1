import { AppError } from "@zerotrace/core";
import { SBOM_LIMITS } from "@zerotrace/plugins/formats/sbom";
import { writeSbom } from "@zerotrace/plugins/formats/sbom-formats";
import { sbomOfInventory } from "@zerotrace/plugins/formats/sbom-inventory";
import type { TargetInventory, TargetKind } from "@zerotrace/plugins/targets/target";
import { type Answer, contract } from "@zerotrace/sdk";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { type Cli, EXIT } from "../cli.ts";
import { connect } from "../local.ts";
import { counted } from "../output/headline.ts";
import { printable } from "../output/style.ts";
import { CLI_VERSION } from "../version.ts";
import { standsOn } from "./git.ts";

/** What could not be read that is told to the server (count). */
const UNREAD_MAX = 50;
const NAME_MAX = 300;

export interface SendOptions {
  readonly server?: string;
  readonly token?: string;
  readonly dataDir?: string;
  /** How the asset is called, instead of the target's own name. */
  readonly asset?: string;
  readonly branch?: string;
  readonly format: string;
}

type Uploaded = Answer<typeof contract.uploads.addSbom>;
type AssetKind = "host" | "image" | "repository";

const KINDS: Readonly<Record<TargetKind, AssetKind | null>> = {
  folder: "repository",
  file: "repository",
  sbom: null,
  root: "host",
  host: "host",
  image: "image",
};

const unreadOf = ({ places, problems }: TargetInventory): string[] => [
  ...places.flatMap(({ path, status, error = "" }) => (status === "ok" ? [] : [`${path} cannot be read: ${error}`])),
  ...places.flatMap(({ path, problems: own }) => own.map((problem) => `${path}: ${problem}`)),
  ...problems,
];

/** A target as a packed CycloneDX document with what a server wants to know beside it. */
const documentOf = async (inventory: TargetInventory): Promise<Buffer> => {
  const sbom = sbomOfInventory(inventory, {
    tool: { vendor: "ZeroTrace", name: "zerotrace", version: CLI_VERSION },
    createdAt: "",
  });
  const { prettyName, ecosystem } = inventory.os;
  const words = { os: [prettyName], ecosystem: [ecosystem], unread: unreadOf(inventory).slice(0, UNREAD_MAX) };
  const properties = Object.entries(words).flatMap(([name, values]) =>
    values.filter((value) => value !== "").map((value) => ({ name: `zerotrace:${name}`, value })),
  );
  const pieces = await writeSbom({ ...sbom, properties: [...sbom.properties, ...properties] }, "cyclonedx-json");
  return zstdCompressSync([...pieces].join(""));
};

/** A bill of materials goes as it is: the server reads it by itself. */
const bytesOf = async (target: string, inventory: TargetInventory): Promise<Buffer> => {
  if (inventory.kind !== "sbom") return documentOf(inventory);
  const { size } = await stat(resolve(target));
  if (size <= SBOM_LIMITS.sizeBytes) return readFile(resolve(target));
  throw new AppError("UNREADABLE", `${target} is too large to be sent.`, { field: "target" });
};

/** The last part of an image's tag; empty for one that is named by its digest. */
const tagged = (reference: string): { name: string; branch: string } => {
  const [, name = reference, branch = ""] =
    /^(.+?):([\w][\w.-]{0,127})$/.exec(reference.replace(/@sha256:.*$/, "")) ?? [];
  return { name, branch };
};

/** How the asset of a target is called, and which branch and version it is. */
const namesOf = async (cli: Cli, target: string, inventory: TargetInventory, options: SendOptions) => {
  const { variables } = cli.env;
  const own =
    inventory.kind === "image"
      ? { ...tagged(inventory.name), version: inventory.image?.digest || inventory.image?.id || "" }
      : { name: inventory.kind === "sbom" ? "" : inventory.name, branch: "", version: "" };
  const isTree = inventory.kind === "folder" || inventory.kind === "file";
  const place = inventory.kind === "file" ? dirname(resolve(target)) : resolve(target);
  const git = isTree ? await standsOn(place) : { branch: "", commit: "" };
  // In CI git stands on a commit, and only the environment knows the branch.
  const ci = ["GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_REF_NAME", "BRANCH_NAME"];
  const branchOfCi = isTree ? (ci.map((name) => variables[name]).find((value) => value) ?? "") : "";
  const kind = KINDS[inventory.kind];
  const said = {
    name: (options.asset ?? own.name).slice(0, NAME_MAX),
    branch: options.branch ?? (own.branch || git.branch || branchOfCi),
    version: own.version || git.commit,
  };
  const given = Object.entries(said).filter(([, value]) => value !== "");
  return { file: basename(target) || target, ...(kind === null ? {} : { kind }), ...Object.fromEntries(given) };
};

const tell = (cli: Cli, { body, link }: { body: Uploaded; link: string }): void => {
  for (const problem of body.problems) cli.err.write(`warning: ${printable(problem)}\n`);
  if (body.problemCount > body.problems.length) {
    cli.err.write(`warning: ${counted(body.problemCount - body.problems.length, "more problem")}\n`);
  }
  const name = `${body.assetName ?? body.name}${body.branch ? ` (${body.branch})` : ""}`;
  const change =
    body.addedCount + body.removedCount === 0
      ? "nothing changed"
      : `${body.addedCount} added, ${body.removedCount} removed`;
  const open = body.notJudgedCount > 0 ? `; ${body.notJudgedCount} cannot be judged` : "";
  cli.err.write(`Sent ${printable(name)}: ${counted(body.componentCount, "component")}, ${change}${open}\n`);
  cli.out.write(`${link}\n`);
};

/**
 * Sends what was found in targets to a server, which judges it, and prints the link to each asset. Nothing is judged here. Throws
 * ApiError with what the server refused.
 */
export const sendScan = async (
  cli: Cli,
  targets: readonly string[],
  inventories: readonly TargetInventory[],
  options: SendOptions,
): Promise<void> => {
  if (options.asset !== undefined && inventories.length > 1) {
    throw new AppError("BAD_REQUEST", "--asset names one target: send them one by one.", { field: "asset" });
  }
  const { call, url } = await connect(cli, {
    ...(options.server === undefined ? {} : { server: options.server }),
    ...(options.token === undefined ? {} : { token: options.token }),
  });
  for (const [i, inventory] of inventories.entries()) {
    const target = targets[i] as string;
    const isEmpty = inventory.places.every(({ packages }) => packages.length === 0);
    if (isEmpty && inventory.kind !== "sbom" && !inventory.places.some(({ status }) => status === "ok")) {
      cli.err.write(`Nothing was found in ${printable(target)}: nothing was sent.\n`);
      cli.exitCode = EXIT.nothingScanned;
      continue;
    }
    const query = await namesOf(cli, target, inventory, options);
    const document = new Blob([Uint8Array.from(await bytesOf(target, inventory))]);
    const body = await call(contract.uploads.addSbom, { query, body: document });
    const link = `${url}/assets/${body.assetId}`;
    if (options.format === "json") {
      cli.out.write(`${JSON.stringify({ schema: "zerotrace.sent/1", link, ...body })}\n`);
    } else tell(cli, { body, link });
  }
};
