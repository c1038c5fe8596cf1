import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { type FindingFilter, type Fix, queries } from "../../api.ts";
import { count, plural, share } from "../../ui/format.ts";
import { Command, Copy } from "../../ui/marks.tsx";
import { SeverityLine } from "../../ui/severity.tsx";
import { Empty, ErrorPanel, RowsSkeleton } from "../../ui/states.tsx";
import { toggled, WhatIf } from "../risk/what-if.tsx";
import { say } from "../../ui/texts.ts";

interface RowProps {
  readonly fix: Fix;
  readonly place: number;
  readonly most: number;
  /** Absent where nothing is chosen from. */
  readonly choice?: { readonly isChosen: boolean; readonly toggle: () => void } | undefined;
}

const FixRow = ({ fix, place, most, choice }: RowProps) => (
  <li className="grid grid-cols-[24px_minmax(0,1fr)] gap-x-3 gap-y-2 border-b border-line px-4 py-3 last:border-0 wide:grid-cols-[24px_minmax(0,1.1fr)_minmax(0,0.8fr)_224px_minmax(0,1.1fr)] wide:items-center">
    {choice ? (
      <input
        type="checkbox"
        className="size-4 accent-accent"
        aria-label={say("What if {package} were at {version}", { package: fix.package, version: fix.fixedIn })}
        checked={choice.isChosen}
        onChange={choice.toggle}
      />
    ) : (
      <span className="mono text-dim">{place}</span>
    )}
    <div className="min-w-0">
      <p className="mono text-[14px] wrap-anywhere wide:truncate">
        <Link
          to="/fixes/$id"
          params={{ id: fix.id }}
          className="link font-semibold"
          title={say("Its findings, who does it and until when")}
        >
          {fix.package}
        </Link>{" "}
        {fix.fixedIn ? (
          <>
            <span className="text-dim">{say("to")}</span> <Copy text={fix.fixedIn} max={36} />
          </>
        ) : (
          <span className="text-dim">{say("no fixed version yet")}</span>
        )}
      </p>
      <p className="text-xs text-dim">
        {say("{ecosystem} · on {assetCount}", {
          ecosystem: fix.ecosystem,
          assetCount: plural(fix.assetCount, "asset"),
        })}
        {fix.kevCount > 0 && (
          <span className="font-semibold text-text">
            {" "}
            {say("· {kevCount} known to be exploited", { kevCount: count(fix.kevCount) })}
          </span>
        )}
      </p>
    </div>
    <div className="col-start-2 min-w-0 wide:col-auto">
      <p className="text-sm">
        {say("closes {findings} of {advisories}", {
          findings: plural(fix.findingCount, "finding"),
          advisories: plural(fix.advisoryCount, "advisory", "advisories"),
        })}
      </p>
      <SeverityLine counts={fix.severities} />
    </div>
    <div
      className="col-start-2 flex items-center gap-2 wide:col-auto"
      title={say("Share of the risk of these findings that this closes")}
    >
      <span className="h-2 min-w-16 flex-1 bg-raised" aria-hidden="true">
        <span className="block h-2 bg-accent" style={{ width: `${most > 0 ? (fix.riskShare / most) * 100 : 0}%` }} />
      </span>
      <span className="mono w-36 text-right text-sm whitespace-nowrap">
        {share(fix.riskShare)} <span className="text-dim">{say("of risk")}</span>
      </span>
    </div>
    <div className="col-start-2 min-w-0 wide:col-auto">{fix.command ? <Command text={fix.command} isCut /> : null}</div>
  </li>
);

interface FixesProps {
  readonly rows: number;
  readonly filter: FindingFilter;
  readonly unsure: boolean;
  /** Fixes can be chosen, and a bar says how it would be if they were done. */
  readonly mayChoose?: boolean;
  /** Shown instead of the plain sentence when nothing is to be fixed. */
  readonly empty?: ReactNode;
}

/** What to do about a filter's findings, most risk removed first. `unsure` while data is missing or moving: then nothing is called clean. */
export const Fixes = ({ rows, filter, unsure, mayChoose = true, empty }: FixesProps) => {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const fixes = useQuery(queries.fixes(filter, rows));
  if (fixes.isPending) return <RowsSkeleton rows={6} />;
  if (fixes.error) return <ErrorPanel error={fixes.error} retry={() => void fixes.refetch()} />;
  const list = fixes.data.rows;
  if (list.length === 0) {
    if (empty !== undefined) return empty;
    return unsure ? (
      <Empty title={say("Nothing to fix is known yet")}>
        <p>
          {say("Inventory or advisories are still missing or being read. This list fills by itself when they are in.")}
        </p>
      </Empty>
    ) : (
      <Empty title={say("Nothing to fix: no open finding in what is covered")}>
        <p>
          <Link to="/feeds" className="link">
            {say("See what the advisories cover")}
          </Link>
        </p>
      </Empty>
    );
  }
  const upgrades = list.filter((f) => f.fixedIn).slice(0, 3);
  const closed = upgrades.reduce((sum, f) => sum + f.riskShare, 0);
  const most = Math.max(...list.map((f) => f.riskShare));
  return (
    <>
      {upgrades.length > 0 && (
        <p className="border-b border-line px-4 py-2.5">
          {say("The first {length} {choice}", {
            length: plural(upgrades.length, "upgrade"),
            choice: upgrades.length === 1 ? say("closes") : say("close"),
          })}{" "}
          <span className="mono font-semibold text-accent">{share(closed)}</span> {say("of the risk.")}
        </p>
      )}
      <ol>
        {list.map((fix, i) => (
          <FixRow
            key={fix.key}
            fix={fix}
            place={i + 1}
            most={most}
            choice={
              mayChoose && fix.fixedIn !== null
                ? {
                    isChosen: chosen.includes(fix.key),
                    toggle: () => setChosen((now) => toggled(now, fix.key)),
                  }
                : undefined
            }
          />
        ))}
      </ol>
      <WhatIf keys={chosen} onClear={() => setChosen([])} />
    </>
  );
};
