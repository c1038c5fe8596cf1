import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type AssetDetail, queries } from "../../api.ts";
import type { AssetTab } from "../../routes.tsx";
import { count, decimal, plural, share } from "../../ui/format.ts";
import { wasRead } from "../../ui/known.ts";
import { useMay } from "../../ui/may.ts";
import { Copy, Online, Time } from "../../ui/marks.tsx";
import { Page } from "../../ui/panel.tsx";
import { SeverityLine } from "../../ui/severity.tsx";
import { ErrorPanel, Notice, PageSkeleton } from "../../ui/states.tsx";
import { FindingRows } from "../findings/findings.tsx";
import { AssetBranches, AssetCompare } from "./asset-compare.tsx";
import { AssetRating } from "../risk/asset-rating.tsx";
import { RemoveAsset } from "./remove-asset.tsx";
import { AssetTrend, RiskCourse } from "./asset-trend.tsx";
import { AssetLabels } from "./labels.tsx";
import { AssetChanges, AssetCoverage, AssetFacts, AssetInventory } from "./asset-tabs.tsx";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

const TABS: readonly (readonly [AssetTab, string])[] = [
  ["findings", say("Findings")],
  ["inventory", say("Inventory")],
  ["changes", say("Changes")],
  ["compare", say("Compare")],
  ["trend", say("Trend")],
  ["coverage", say("Coverage")],
  ["facts", say("Facts")],
];

const Figure = ({ name, children }: { name: string; children: React.ReactNode }) => (
  <div className="min-w-0 px-4 py-3">
    <p className="text-xs text-dim">{name}</p>
    <div className="mono mt-1">{children}</div>
  </div>
);

const api = getRouteApi("/assets/$id");

const leadOf = ({ kind, branch, os }: AssetDetail): string =>
  [told(kind), branch === "" ? "" : `${kind === "image" ? say("tag") : say("branch")} ${branch}`, os]
    .filter(Boolean)
    .join(", ");

const VersionOf = ({ version }: { version: string }) =>
  version === "" ? <span className="text-dim">{say("not told")}</span> : <Copy text={version} max={18} />;

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
      <Page title={say("Asset")}>
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
          <Copy text={a.id} label={say("the asset's id")} />
          <RemoveAsset asset={a} />
        </>
      }
    >
      <AssetLabels id={id} labels={a.labels} />
      <AssetRating id={id} rating={a.rating} />
      {a.branches.length > 1 && <AssetBranches asset={a} />}
      {a.unreadableSources.length > 0 && (
        <Notice>
          {say("{length} could not be read ({unreadableSources}): what is in there is not judged.", {
            length: plural(a.unreadableSources.length, "source"),
            unreadableSources: a.unreadableSources.join(", "),
          })}{" "}
          <Link to="/assets/$id" params={{ id }} search={{ tab: "coverage" }} className="link">
            {say("See why")}
          </Link>
        </Notice>
      )}
      {a.inventoryAt === null && (
        <Notice tone="busy">{say("No inventory has come in yet; findings follow within seconds of it.")}</Notice>
      )}
      <section
        className="panel grid grid-cols-2 divide-line sm:grid-cols-3 wide:grid-cols-[auto_auto_auto_1fr_auto_auto_auto] wide:divide-x"
        aria-label={say("Figures")}
      >
        <Figure name={say("Risk")}>
          <Link
            to="/assets/$id"
            params={{ id }}
            search={{ tab: "trend" }}
            className="flex items-center gap-3 hover:text-accent"
            title={say("How it went")}
          >
            <span className="text-xl font-semibold">{decimal(a.risk)}</span>
            <RiskCourse id={id} />
          </Link>
        </Figure>
        <Figure name={say("Judged")}>
          <Link to="/assets/$id" params={{ id }} search={{ tab: "coverage" }} className="text-xl font-semibold link">
            {judged === 0 ? "–" : share(a.coverage.covered / judged)}
          </Link>
        </Figure>
        <Figure name={say("Known to be exploited")}>
          {a.kevCount > 0 || wasRead(feeds.data, "kev") ? (
            <span className="text-xl font-semibold">{count(a.kevCount)}</span>
          ) : (
            <Link to="/feeds" className="link text-warn">
              {say("no KEV catalog was read")}
            </Link>
          )}
        </Figure>
        <Figure name={say("Open findings")}>
          <SeverityLine counts={a.findings} />
        </Figure>
        <Figure name={say("Components")}>{count(a.componentCount)}</Figure>
        <Figure name={say("Inventory")}>
          <Time at={a.inventoryAt} />
        </Figure>
        {a.hasAgent ? (
          <Figure name={say("Agent")}>
            <Online online={a.online} />
          </Figure>
        ) : (
          <Figure name={a.kind === "image" ? say("Digest") : say("Version")}>
            <VersionOf version={a.version} />
          </Figure>
        )}
      </section>
      <section className="panel" aria-label={say("Details")}>
        <nav aria-label={say("Parts of the asset")} className="flex overflow-x-auto border-b border-line px-1">
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
        {say("Filter and export these")}
      </Link>{" "}
      {say("or see")}{" "}
      <Link to="/fixes" search={{ query: `asset:${id}` }} className="link">
        {say("what to fix first here")}
      </Link>
    </p>
    <FindingRows filter={{ query: `asset:${id}` }} sort="risk" />
  </>
);
