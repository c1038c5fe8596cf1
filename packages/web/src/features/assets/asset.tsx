import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type AssetDetail, queries } from "../../api.ts";
import type { AssetTab } from "../../routes.tsx";
import { count, plural, share } from "../../ui/format.ts";
import { wasRead } from "../../ui/known.ts";
import { useMay } from "../../ui/may.ts";
import { Copy, Online, Time } from "../../ui/marks.tsx";
import { Page } from "../../ui/panel.tsx";
import { SeverityLine } from "../../ui/severity.tsx";
import { ErrorPanel, Notice, PageSkeleton } from "../../ui/states.tsx";
import { FindingRows } from "../findings/findings.tsx";
import { AssetBranches, AssetCompare } from "./asset-compare.tsx";
import { RemoveAsset } from "./remove-asset.tsx";
import { AssetTrend, RiskCourse } from "./asset-trend.tsx";
import { AssetLabels } from "./labels.tsx";
import { AssetChanges, AssetCoverage, AssetFacts, AssetInventory } from "./asset-tabs.tsx";

const TABS: readonly (readonly [AssetTab, string])[] = [
  ["findings", "Findings"],
  ["inventory", "Inventory"],
  ["changes", "Changes"],
  ["compare", "Compare"],
  ["trend", "Trend"],
  ["coverage", "Coverage"],
  ["facts", "Facts"],
];

const Figure = ({ name, children }: { name: string; children: React.ReactNode }) => (
  <div className="min-w-0 px-4 py-3">
    <p className="text-xs text-dim">{name}</p>
    <div className="mono mt-1">{children}</div>
  </div>
);

const api = getRouteApi("/assets/$id");

const leadOf = ({ kind, branch, os }: AssetDetail): string =>
  [kind, branch === "" ? "" : `${kind === "image" ? "tag" : "branch"} ${branch}`, os].filter(Boolean).join(", ");

/** One asset: its findings, what is on it, what changed, and what could not be seen. */
export const AssetPage = () => {
  const { id } = api.useParams();
  const asset = useQuery(queries.asset(id));
  const seesFindings = useMay("findings:read");
  const { tab = seesFindings ? "findings" : "inventory" } = api.useSearch();
  const feeds = useQuery({ ...queries.feeds(), enabled: useMay("feeds:read") });
  if (asset.isPending) return <PageSkeleton />;
  if (asset.error) {
    return (
      <Page title="Asset">
        <ErrorPanel error={asset.error} retry={() => void asset.refetch()} />
      </Page>
    );
  }
  const a = asset.data;
  const judged = a.coverage.covered + a.coverage.notCovered + a.coverage.unparsable;
  return (
    <Page
      title={a.name}
      lead={leadOf(a)}
      actions={
        <>
          <Copy text={a.id} label="the asset's id" />
          <RemoveAsset asset={a} />
        </>
      }
    >
      <AssetLabels id={id} labels={a.labels} />
      {a.branches.length > 1 && <AssetBranches asset={a} />}
      {a.unreadableSources.length > 0 && (
        <Notice>
          {plural(a.unreadableSources.length, "source")} could not be read ({a.unreadableSources.join(", ")}): what is
          in there is not judged.{" "}
          <Link to="/assets/$id" params={{ id }} search={{ tab: "coverage" }} className="link">
            See why
          </Link>
        </Notice>
      )}
      {a.inventoryAt === null && (
        <Notice tone="busy">No inventory has come in yet; findings follow within seconds of it.</Notice>
      )}
      <section
        className="panel grid grid-cols-2 divide-line sm:grid-cols-3 wide:grid-cols-[auto_auto_auto_1fr_auto_auto_auto] wide:divide-x"
        aria-label="Figures"
      >
        <Figure name="Risk">
          <Link
            to="/assets/$id"
            params={{ id }}
            search={{ tab: "trend" }}
            className="flex items-center gap-3 hover:text-accent"
            title="How it went"
          >
            <span className="text-xl font-semibold">{a.risk.toFixed(1)}</span>
            <RiskCourse id={id} />
          </Link>
        </Figure>
        <Figure name="Judged">
          <Link to="/assets/$id" params={{ id }} search={{ tab: "coverage" }} className="text-xl font-semibold link">
            {judged === 0 ? "–" : share(a.coverage.covered / judged)}
          </Link>
        </Figure>
        <Figure name="Known to be exploited">
          {a.kevCount > 0 || wasRead(feeds.data, "kev") ? (
            <span className="text-xl font-semibold">{count(a.kevCount)}</span>
          ) : (
            <Link to="/feeds" className="link text-warn">
              no KEV catalog was read
            </Link>
          )}
        </Figure>
        <Figure name="Open findings">
          <SeverityLine counts={a.findings} />
        </Figure>
        <Figure name="Components">{count(a.componentCount)}</Figure>
        <Figure name="Inventory">
          <Time at={a.inventoryAt} />
        </Figure>
        {a.hasAgent ? (
          <Figure name="Agent">
            <Online online={a.online} />
          </Figure>
        ) : (
          <Figure name={a.kind === "image" ? "Digest" : "Version"}>
            {a.version === "" ? <span className="text-dim">not told</span> : <Copy text={a.version} max={18} />}
          </Figure>
        )}
      </section>
      <section className="panel" aria-label="Details">
        <nav aria-label="Parts of the asset" className="flex overflow-x-auto border-b border-line px-2">
          {TABS.filter(([key]) => seesFindings || key !== "findings").map(([key, name]) => (
            <Link
              key={key}
              to="/assets/$id"
              params={{ id }}
              search={{ tab: key }}
              resetScroll={false}
              aria-current={tab === key ? "page" : undefined}
              className={`flex h-10 shrink-0 items-center border-b-2 px-3 text-sm hover:text-text ${tab === key ? "border-accent text-text" : "border-transparent text-dim"}`}
            >
              {name}
            </Link>
          ))}
        </nav>
        {tab === "findings" && <FindingsTab id={id} />}
        {tab === "inventory" && <AssetInventory id={id} />}
        {tab === "changes" && <AssetChanges id={id} />}
        {tab === "compare" && <AssetCompare asset={a} />}
        {tab === "trend" && <AssetTrend id={id} />}
        {tab === "coverage" && <AssetCoverage asset={a} />}
        {tab === "facts" && <AssetFacts asset={a} />}
      </section>
    </Page>
  );
};

const FindingsTab = ({ id }: { id: string }) => (
  <>
    <p className="border-b border-line px-4 py-2 text-sm text-dim">
      <Link to="/findings" search={{ query: `asset:${id}` }} className="link">
        Filter and export these
      </Link>{" "}
      or see{" "}
      <Link to="/findings" search={{ query: `asset:${id}`, view: "fixes" }} className="link">
        what to fix first here
      </Link>
    </p>
    <FindingRows filter={{ query: `asset:${id}` }} sort="risk" />
  </>
);
