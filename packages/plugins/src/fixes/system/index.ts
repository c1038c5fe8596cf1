import { baseEcosystem } from "@zerotrace/core";
import { type PlanFix, way } from "../fix.ts";

/** By family of systems; the newest version of the release is taken, which has the fix or is nearest to it. */
const COMMANDS: readonly (readonly [readonly string[], string, readonly string[]])[] = [
  [["Alpine", "Alpaquita", "Chainguard", "Wolfi", "MinimOS"], "apk", ["add", "--upgrade"]],
  [["Arch Linux"], "pacman", ["-Syu"]],
  [["Debian", "Ubuntu", "Echo"], "apt-get", ["install", "--only-upgrade"]],
  [["SUSE", "openSUSE"], "zypper", ["update"]],
];

/** Packages of an operating system: the command is told; nothing here changes the system. */
export const plan: PlanFix = ({ ecosystem, name, to }) => {
  const base = baseEcosystem(ecosystem);
  const [, program, args] = COMMANDS.find(([bases]) => bases.includes(base)) ?? [[], "dnf", ["upgrade"]];
  const notes = [`It has to be ${to} or later; in an image, build it anew on a newer base.`];
  return Promise.resolve(way("manual", { steps: [{ program, args: [...args, name], folder: "" }], notes }));
};
