import { SEVERITIES } from "../../advisory/advisory.ts";
import { CRITICALITIES, EXPOSURES } from "../../finding/risk.ts";
import { SSVC_DECISIONS } from "../../severity/ssvc.ts";
import { VEX_STATUSES } from "../../vex/vex.ts";
import { FINDING_STATES } from "../../work/work.ts";
import type { Field } from "./ast.ts";

const text = (name: string, says: string, maxLength = 300): Field => ({
  name,
  says,
  type: { kind: "text", maxLength, hasGlob: true },
});
const number = (name: string, says: string, max: number, percent?: true): Field => ({
  name,
  says,
  type: { kind: "number", min: 0, max, ...(percent ? { percent } : {}) },
});
const choice = (name: string, says: string, values: readonly string[]): Field => ({
  name,
  says,
  type: { kind: "choice", values },
});

/** What a query of findings may ask, in the order in which it is offered. */
export const FINDING_FIELDS: readonly Field[] = [
  // from the least to the worst, so that severity>=high means what it says
  {
    name: "severity",
    says: "how bad",
    type: { kind: "choice", values: [...SEVERITIES].reverse(), isOrdered: true },
  },
  choice("kev", "known to be exploited", ["true", "false"]),
  choice("fix", "a fixed version exists", ["yes", "no"]),
  {
    name: "ssvc",
    says: "what CISA's tree decides",
    type: { kind: "choice", values: [...SSVC_DECISIONS].reverse(), isOrdered: true },
  },
  choice("status", "open unless said", ["open", "fixed", "accepted", "not_affected", "all"]),
  choice("state", "who has taken it up: open is nobody", FINDING_STATES),
  text("assignee", "whose it is, by name or email; none is nobody's", 254),
  number("risk", "0 to 100; on one asset with what that adds", 100),
  number("epss", "how likely it is exploited within 30 days, as 0.5 or 50%", 1, true),
  number("cvss", "base score, 0 to 10", 10),
  text("package", "name of the source or the package"),
  text("source", "name of what is upgraded: the source where it has one, else the package"),
  text("version", "installed version", 200),
  text("advisory", "any name of an advisory", 100),
  text("ecosystem", "such as Debian:12 or npm; Debian means every release", 100),
  text("host", "name of an asset that has it", 255),
  text("label", "label of an asset that has it", 100),
  choice("kind", "kind of an asset that has it", ["host", "image", "repository", "sbom"]),
  choice("exposure", "how far an asset that has it is reachable", EXPOSURES),
  choice("criticality", "how critical an asset is that has it", CRITICALITIES),
  { name: "asset", says: "the id of one asset", type: { kind: "id" } },
  number("assets", "how many assets have it", 1_000_000_000),
  { name: "seen", says: "first seen", type: { kind: "time" } },
  { name: "fixed", says: "when it was fixed", type: { kind: "time" } },
  { name: "reopened", says: "when it came back", type: { kind: "time" } },
  { name: "published", says: "when the advisory was published", type: { kind: "time" } },
  choice("vex", "what a VEX statement says", VEX_STATUSES),
];
