import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { type AssetDetail, type AssetDiff, queries } from "../../api.ts";
import { count, decimal, plural } from "../../ui/format.ts";
import { Time } from "../../ui/marks.tsx";
import { SeverityLine } from "../../ui/severity.tsx";
import { Empty, ErrorPanel, RowsSkeleton } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";

const api = getRouteApi("/assets/$id");
const DAY_MS = 86_400_000;

const dayBefore = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);

/** The other branches or tags of the same thing. */
export const AssetBranches = ({ asset }: { asset: AssetDetail }) => (
  <nav aria-label={asset.kind === "image" ? say("Tags") : say("Branches")} className="panel overflow-x-auto">
    <ul className="flex divide-x divide-line">
      {asset.branches.map((b) => (
        <li key={b.id} className={`shrink-0 ${b.id === asset.id ? "bg-raised" : ""}`}>
          <Link
            to="/assets/$id"
            params={{ id: b.id }}
            aria-current={b.id === asset.id ? "page" : undefined}
            className="grid gap-1 px-4 py-2 hover:text-accent"
          >
            <span className="mono flex items-baseline gap-3">
              <span className={b.id === asset.id ? "font-semibold" : ""}>{b.branch || say("no branch")}</span>
              <span className="text-xs text-dim">
                {say("risk {risk},", { risk: decimal(b.risk) })} <Time at={b.inventoryAt} />
              </span>
            </span>
            <SeverityLine counts={b.findings} />
          </Link>
        </li>
      ))}
    </ul>
  </nav>
);

const List = ({ title, total, children }: { title: string; total: number; children: React.ReactNode }) =>
  total === 0 ? null : (
    <section className="min-w-0">
      <h3 className="mb-1 text-sm font-semibold">
        {title} <span className="mono text-dim">{count(total)}</span>
      </h3>
      <ul className="mono grid gap-0.5 text-sm">{children}</ul>
    </section>
  );

const More = ({ total, shown }: { total: number; shown: number }) =>
  total > shown ? <li className="text-dim">{say("and {n} more", { n: count(total - shown) })}</li> : null;

type Findings = AssetDiff["findings"]["gained"];

const FindingList = ({ title, findings }: { title: string; findings: Findings }) => (
  <List title={title} total={findings.count}>
    {findings.rows.map((f) => (
      <li key={`${f.advisory} ${f.package}`} className="flex flex-wrap gap-x-3">
        <Link to="/advisories/$id" params={{ id: f.advisory }} className="link">
          {f.advisory}
        </Link>
        <span>
          {f.package} {f.version}
        </span>
        <span className="text-dim">
          {say("{severity}, risk {risk}", { severity: f.severity, risk: decimal(f.risk) })}
          {f.kev && say(", exploited")}
        </span>
      </li>
    ))}
    <More total={findings.count} shown={findings.rows.length} />
  </List>
);

const COMPONENTS = [
  ["upgraded", say("Upgraded")],
  ["downgraded", say("Downgraded")],
  ["changed", say("Other versions")],
] as const;

const Difference = ({ diff }: { diff: AssetDiff }) => {
  const { components: c, findings } = diff;
  const moved = c.added.count + c.removed.count + c.upgraded.count + c.downgraded.count + c.changed.count;
  return (
    <div className="grid gap-4 p-4">
      <p aria-live="polite">
        {moved === 0
          ? say("Nothing is different")
          : say("{moved} in components", { moved: plural(moved, "difference") })}
        : <strong>{say("{count} gained", { count: plural(findings.gained.count, "finding") })}</strong>,{" "}
        <strong>{say("{count} closed", { count: count(findings.closed.count) })}</strong>
        {say(". {sameCount} are the same.", { sameCount: plural(c.sameCount, "component") })}{" "}
        <span className="text-dim">{say("Both sides are judged by the advisories in force now.")}</span>
      </p>
      <div className="grid gap-6 wide:grid-cols-2">
        <div className="grid content-start gap-4">
          <FindingList title={say("Findings gained")} findings={findings.gained} />
          <FindingList title={say("Findings closed")} findings={findings.closed} />
        </div>
        <div className="grid content-start gap-4">
          {COMPONENTS.map(([key, title]) => (
            <List key={key} title={title} total={c[key].count}>
              {c[key].rows.map((one) => (
                <li key={`${one.purl} ${one.from} ${one.to}`} title={one.purl}>
                  {one.name} <span className="text-dim">{one.from}</span> → {one.to}
                </li>
              ))}
              <More total={c[key].count} shown={c[key].rows.length} />
            </List>
          ))}
          {(["added", "removed"] as const).map((key) => (
            <List key={key} title={key === "added" ? say("Added") : say("Removed")} total={c[key].count}>
              {c[key].rows.map((one) => (
                <li key={`${one.purl} ${one.version}`} title={one.purl}>
                  <span className={key === "added" ? "text-accent" : "text-dim"}>{key === "added" ? "+" : "−"}</span>{" "}
                  {one.name} {one.version}
                </li>
              ))}
              <More total={c[key].count} shown={c[key].rows.length} />
            </List>
          ))}
        </div>
      </div>
    </div>
  );
};

/** Two moments or two branches of an asset beside each other. */
export const AssetCompare = ({ asset }: { asset: AssetDetail }) => {
  const { from = dayBefore(7), to = "now" } = api.useSearch();
  const navigate = useNavigate();
  const diff = useQuery(queries.assetDiff(asset.id, from, to));
  const others = asset.branches.filter((b) => b.id !== asset.id);
  const choices = [
    ...others.map(
      (b) => [`branch:${b.branch}`, say("branch {branch}", { branch: b.branch || say("without a name") })] as const,
    ),
    [dayBefore(1), "yesterday"],
    [dayBefore(7), say("7 days ago")],
    [dayBefore(30), say("30 days ago")],
  ] as const;
  const known = choices.some(([value]) => value === from);
  return (
    <>
      <div className="flex flex-wrap items-center gap-3 border-b border-line px-4 py-2 text-sm">
        <label className="flex items-center gap-2 text-dim">
          {say("compare")}
          <select
            className="field"
            value={from}
            onChange={(event) =>
              void navigate({
                to: "/assets/$id",
                params: { id: asset.id },
                search: { tab: "compare", from: event.target.value },
                resetScroll: false,
              })
            }
          >
            {!known && <option value={from}>{from}</option>}
            {choices.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <span className="text-dim">
          {say("with {choice}", {
            choice: to === "now" ? say("{branch} as it is now", { branch: asset.branch || say("this asset") }) : to,
          })}
        </span>
      </div>
      {diff.isPending ? (
        <RowsSkeleton />
      ) : diff.error ? (
        <ErrorPanel error={diff.error} retry={() => void diff.refetch()} />
      ) : diff.data.from.componentCount === 0 ? (
        <Empty title={say("Nothing was known of it then")}>
          <p>
            {say("{componentCount} came since. Choose a later moment", {
              componentCount: plural(diff.data.to.componentCount, "component"),
            })}
            {others.length > 0 && say(", or a branch")}.
          </p>
        </Empty>
      ) : (
        <Difference diff={diff.data} />
      )}
    </>
  );
};
