import { SYSTEM_ECOSYSTEM } from "@zerotrace/core";
import type { FinishedScan, ScanReport } from "@zerotrace/plugins/formats/report";
import type { TargetInventory } from "@zerotrace/plugins/targets/target";
import { type Cli, EXIT } from "../cli.ts";
import { counted } from "../output/headline.ts";

const DAY_MS = 24 * 3600 * 1000;

/** Days since the newest data of any advisory source; infinite when no source has a date. */
const dataAgeDays = (sources: ScanReport["sources"]): number => {
  const dates = sources.filter((s) => s.covers.length > 0).map((s) => Date.parse(s.dataAt ?? ""));
  const newest = Math.max(...dates.filter((at) => !Number.isNaN(at)));
  return (Date.now() - newest) / DAY_MS;
};

/** The exit code of a scan (docs/reference/exit-codes.md); says on stderr why where the report does not. */
export const exitOf = (cli: Cli, { report, inventories }: FinishedScan, maxDataAge: number | undefined): number => {
  const places = inventories.flatMap((inventory) => inventory.places);
  const isEmpty = places.every(({ packages }) =>
    packages.every(({ component, purl }) => component.ecosystem === SYSTEM_ECOSYSTEM || purl !== undefined),
  );
  const isHost = inventories.some(({ kind }) => kind === "host");
  if (isEmpty && (isHost || !isRead(inventories))) {
    cli.err.write(nothingSays(inventories, isHost));
    return EXIT.nothingScanned;
  }
  if ((report.policy?.overCount ?? 0) > 0) return EXIT.overPolicy;
  if (maxDataAge !== undefined && dataAgeDays(report.sources) > maxDataAge) {
    cli.err.write(`The newest data is older than ${counted(maxDataAge, "day")}: refresh the feeds.\n`);
    return EXIT.dataTooOld;
  }
  return EXIT.ok;
};

/** Whether any list could be read. One whose every entry is a problem was not: an SBOM of packages that nobody knows is no empty one. */
export const isRead = (inventories: readonly TargetInventory[]): boolean =>
  inventories.some(({ places }) =>
    places.some(
      ({ status, packages, problems }) =>
        status === "ok" && (packages.some(({ purl }) => purl === undefined) || problems.length === 0),
    ),
  );

const nothingSays = (inventories: readonly TargetInventory[], isHost: boolean): string =>
  isHost
    ? "Nothing was scanned: no package database was found. Name one with --dpkg-status or --root.\n"
    : `Nothing was scanned: ${inventories.map(({ name }) => name).join(", ")} holds no list of packages that could be read and judged.\n`;
