import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { queryOf } from "@zerotrace/core/query/language/index";
import { useState } from "react";
import { type FixAsset, type FixDetail, queries } from "../../api.ts";
import { useCopy } from "../../ui/clipboard.ts";
import { count, plural, share } from "../../ui/format.ts";
import { wasRead } from "../../ui/known.ts";
import { Time } from "../../ui/marks.tsx";
import { Facts, Page, Panel } from "../../ui/panel.tsx";
import { SeverityLine } from "../../ui/severity.tsx";
import { Empty, ErrorPanel, RowsSkeleton } from "../../ui/states.tsx";
import { type Column, PagedTable } from "../../ui/table.tsx";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";
import { Due, WorkState } from "./columns.tsx";
import { WorkForm } from "./work-form.tsx";

const CopyCommand = ({ text }: { text: string }) => {
  const [copied, copy] = useCopy(text);
  return (
    <button type="button" className="button shrink-0" onClick={copy}>
      {copied ? say("Copied") : say("Copy")}
    </button>
  );
};

const Commands = ({ fix }: { fix: FixDetail }) => {
  const [chosen, setChosen] = useState("");
  const command = fix.commands.find(({ id }) => id === chosen) ?? fix.commands[0];
  if (command === undefined) {
    return fix.alternatives.length === 0 ? (
      <p className="text-sm text-dim">
        {say("No command is known for this ecosystem: upgrade it as it was installed.")}
      </p>
    ) : (
      <>
        <p className="mb-2">{say("No fixed version exists. What can be done instead:")}</p>
        <ul className="grid list-disc gap-1 pl-5 text-sm">
          {fix.alternatives.map((line) => (
            <li key={line}>{told(line)}</li>
          ))}
        </ul>
      </>
    );
  }
  return (
    <>
      <fieldset className="mb-3 flex flex-wrap gap-1" aria-label={say("System")}>
        {fix.commands.map(({ id, title }) => (
          <button
            key={id}
            type="button"
            aria-pressed={id === command.id}
            onClick={() => setChosen(id)}
            className="button aria-pressed:border-accent aria-pressed:text-text"
          >
            {told(title)}
          </button>
        ))}
      </fieldset>
      <div className="flex items-start gap-2 border border-line bg-page p-3">
        <pre className="mono min-w-0 flex-1 text-[13px] wrap-anywhere whitespace-pre-wrap">{command.text}</pre>
        <CopyCommand text={command.text} />
      </div>
    </>
  );
};

/** What goes away with it. */
const Closes = ({ fix }: { fix: FixDetail }) => {
  const feeds = useQuery(queries.feeds()).data;
  return (
    <div className="mt-4">
      <Facts
        rows={[
          [say("Closes"), <SeverityLine key="severities" counts={fix.severities} />],
          [
            say("Known to be exploited"),
            fix.kevCount > 0 || wasRead(feeds, "kev")
              ? String(fix.kevCount)
              : say("not known: no KEV catalog was read"),
          ],
          [
            say("Advisories"),
            <span key="advisories" className="flex flex-wrap gap-x-3">
              {fix.advisories.map((name) => (
                <Link key={name} to="/advisories/$id" params={{ id: name }} className="mono link py-0.5">
                  {name}
                </Link>
              ))}
              {fix.advisoryCount > fix.advisories.length &&
                say("and {n} more", { n: count(fix.advisoryCount - fix.advisories.length) })}
            </span>,
          ],
          [
            say("Packages"),
            <span key="packages" className="mono">
              {fix.installed.join(", ")}
            </span>,
          ],
        ]}
      />
    </div>
  );
};

/** What inventories say of what somebody called done. */
const Verified = ({ fix }: { fix: FixDetail }) => {
  const { work } = fix;
  if (work?.verification == null) return null;
  const left = plural(work.leftFindingCount, "finding");
  const says = {
    waiting: say("No asset that still needs it has reported since: {waiting} to hear of.", {
      waiting: plural(work.waitingCount, "asset"),
    }),
    verified: say("No open finding is left of what it closes."),
    not_fixed: say("{left} still open on {assets} that reported since; {waiting} not heard of.", {
      left,
      assets: plural(work.notFixedCount, "asset"),
      waiting: plural(work.waitingCount, "asset"),
    }),
    came_back: say("It was fixed, and {left} came back on {assets}.", {
      left,
      assets: plural(work.notFixedCount + work.waitingCount, "asset"),
    }),
  }[work.verification];
  return (
    <p className="border-b border-line px-4 py-3">
      <span className="font-semibold">
        <WorkState work={work} />
      </span>
      <span className="text-dim">: {says}</span>{" "}
      <span className="text-sm text-dim">
        {say("Called done by {who}", { who: work.claimedBy })} <Time at={work.claimedAt} />
      </span>
    </p>
  );
};

const ASSET_COLUMNS: readonly Column<FixAsset>[] = [
  {
    head: "Asset",
    className: "full",
    cell: (asset) => (
      <Link to="/assets/$id" params={{ id: asset.id }} className="mono link">
        {asset.name}
      </Link>
    ),
  },
  { head: "Kind", width: "96px", cell: (asset) => <span className="text-dim">{told(asset.kind)}</span> },
  { head: "System", width: "200px", cell: (asset) => <span className="text-dim">{asset.os}</span> },
  { head: "Installed", width: "200px", cell: (asset) => <span className="mono">{asset.versions.join(", ")}</span> },
  { head: "Inventory", width: "136px", cell: (asset) => <Time at={asset.inventoryAt} /> },
];

const Assets = ({ id, left }: { id: string; left: boolean }) => {
  const navigate = useNavigate();
  const pages = useInfiniteQuery(queries.fixAssets(id, left));
  return (
    <PagedTable
      pages={pages}
      noun="assets"
      label={say("Assets that need this fix")}
      columns={ASSET_COLUMNS}
      keyOf={(asset) => asset.id}
      onOpen={(asset) => void navigate({ to: "/assets/$id", params: { id: asset.id } })}
      cardHeight={72}
      empty={<Empty title={say("No asset needs it any more")} />}
    />
  );
};

const api = getRouteApi("/fixes/$id");

/** One fix: what it closes, how it is done, who does it, what inventories say and which assets need it. */
export const FixPage = () => {
  const { id } = api.useParams();
  const fix = useQuery(queries.fix(id));
  if (fix.error) {
    return (
      <Page title={say("Fix")}>
        <ErrorPanel error={fix.error} retry={() => void fix.refetch()} />
      </Page>
    );
  }
  if (!fix.data) {
    return (
      <Page title={say("Fix")}>
        <RowsSkeleton rows={8} />
      </Page>
    );
  }
  const one = fix.data;
  const names = { package: one.package, version: one.fixedIn };
  const isOver = one.findingCount === 0;
  const named = { source: one.package, ecosystem: one.ecosystem, fix: one.fixedIn === null ? "no" : "yes" };
  const query = queryOf({ ...named, ...(isOver && { status: "fixed" }) });
  const isChecked = one.work?.verification === "not_fixed" || one.work?.verification === "came_back";
  return (
    <Page
      title={
        one.fixedIn === null
          ? isOver
            ? say("{package}: nothing left to fix", names)
            : say("{package}: no fixed version yet", names)
          : say("Upgrade {package} to {version}", names)
      }
      lead={
        isOver
          ? say("{ecosystem}: no open finding is left that it closes.", { ecosystem: one.ecosystem })
          : say("{ecosystem}: closes {findings} of {advisories} on {assets}, {share} of the risk.", {
              ecosystem: one.ecosystem,
              findings: plural(one.findingCount, "finding"),
              advisories: plural(one.advisoryCount, "advisory", "advisories"),
              assets: plural(one.assetCount, "asset"),
              share: share(one.riskShare),
            })
      }
      actions={
        <Link to="/findings" search={{ query }} className="button">
          {say("Show its findings")}
        </Link>
      }
    >
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4 wide:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)]">
        <Panel title={one.fixedIn === null ? say("What can be done") : say("How it is done")}>
          {isOver && one.commands.length === 0 ? (
            <p className="text-sm text-dim">{say("Nothing is to be done now.")}</p>
          ) : (
            <Commands fix={one} />
          )}
          {!isOver && <Closes fix={one} />}
        </Panel>
        <Panel title={say("Who does it")} aside={one.work?.verification !== "verified" && <Due of={one} />}>
          <WorkForm key={one.work?.updatedAt ?? ""} fix={one} />
        </Panel>
      </div>
      <section className="panel" aria-label={say("Assets that need this fix")}>
        <Verified fix={one} />
        <Assets id={id} left={isChecked} />
      </section>
    </Page>
  );
};
