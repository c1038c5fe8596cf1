import { Link, useRouter } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { Changes } from "../../api.ts";
import { atLeast, plural } from "../../ui/format.ts";
import { usePrinting } from "../../ui/hooks.ts";
import { Epss, Time } from "../../ui/marks.tsx";
import { SeverityMark } from "../../ui/severity.tsx";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";
import { entryName } from "./words.ts";

export type ChangeSection = Changes["days"][number]["sections"][number];
type ChangeEntry = ChangeSection["entries"][number];
export type ChangeKind = ChangeSection["kind"];

/** How a kind is called above its entries, and what is counted of it. */
export const KIND_WORDS: Readonly<
  Record<ChangeKind, { readonly title: string; readonly one: string; readonly many: string }>
> = {
  kev: { title: say("Known to be exploited"), one: say("finding"), many: say("findings") },
  epss: { title: say("More or less likely to be exploited"), one: say("advisory"), many: say("advisories") },
  opened: { title: say("New findings"), one: say("finding"), many: say("findings") },
  reopened: { title: say("Came back"), one: say("finding"), many: say("findings") },
  fixed: { title: say("Fixed"), one: say("finding"), many: say("findings") },
  asset_new: { title: say("New assets"), one: say("asset"), many: say("assets") },
  asset_silent: { title: say("Went silent"), one: say("asset"), many: say("assets") },
  inventory: { title: say("Inventories that changed much"), one: say("asset"), many: say("assets") },
  agent: { title: say("Agents"), one: say("event"), many: say("events") },
  decision: { title: say("Decisions"), one: say("decision"), many: say("decisions") },
  feed: { title: say("Feeds"), one: say("event"), many: say("events") },
};

/** Rows of a kind before the rest is asked for (count). */
const FIRST_ROWS = 6;

/** The way to the list behind something: findings of a query, or a page. */
export const Behind = ({
  to: { query, path },
  className = "link",
  children,
}: {
  to: { query: string | null; path: string | null };
  className?: string;
  children: ReactNode;
}) => {
  const router = useRouter();
  if (query !== null)
    return (
      <Link to="/findings" search={{ query }} className={className}>
        {children}
      </Link>
    );
  if (path === null) return <span>{children}</span>;
  return (
    <a
      href={path}
      className={className}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        router.history.push(path);
      }}
    >
      {children}
    </a>
  );
};

const KevMark = () => (
  <span
    className="rounded-[2px] bg-text px-1 font-mono text-xs leading-4 font-bold text-page"
    title={say("Known to be exploited: in the KEV catalog")}
  >
    {say("KEV")}
  </span>
);

const Entry = ({ entry, isProse }: { entry: ChangeEntry; isProse: boolean }) => {
  const { severity, findingCount, assetCount } = entry;
  const counts = [
    findingCount === null ? "" : plural(findingCount, "finding"),
    assetCount === null ? "" : plural(assetCount, "asset"),
  ].filter((text) => text !== "");
  return (
    <li className="grid grid-cols-[16px_minmax(0,1fr)] items-start gap-x-3 gap-y-0.5 px-4 py-1.5 text-sm hover:bg-raised min-[720px]:grid-cols-[16px_minmax(0,1fr)_auto]">
      <span className="mt-0.5">{severity === null ? null : <SeverityMark severity={severity} />}</span>
      <div className="min-w-0">
        <span className="inline-flex max-w-full flex-wrap items-center gap-x-2">
          <Behind to={entry} className={isProse ? "link" : "mono link"}>
            {entryName(entry.name)}
          </Behind>
          {entry.isKev && <KevMark />}
          {entry.packages.length > 0 && (
            <span className="mono truncate" title={entry.packages.join(", ")}>
              {entry.packages.slice(0, 3).join(", ")}
              {entry.packages.length > 3 && <span className="text-dim"> +{entry.packages.length - 3}</span>}
            </span>
          )}
          {severity === null && <span className="wrap-anywhere text-dim">{told(entry.says)}</span>}
        </span>
        {severity !== null && (
          <p className="truncate text-dim" title={told(entry.says)}>
            {told(entry.says)}
          </p>
        )}
      </div>
      <div className="col-start-2 flex flex-wrap items-center gap-x-4 text-dim min-[720px]:col-start-3 min-[720px]:grid min-[720px]:grid-cols-[76px_152px_72px] min-[720px]:text-right">
        {entry.epss === null ? <span className="max-[719px]:hidden" /> : <Epss value={entry.epss} />}
        <span className={counts.length === 0 ? "max-[719px]:hidden" : ""}>
          {counts.length > 1 ? say("{findings} on {assets}", { findings: counts[0], assets: counts[1] }) : counts[0]}
        </span>
        {entry.at !== null && <Time at={entry.at} />}
      </div>
    </li>
  );
};

/** One kind of a day: its count with the way to the list, the first entries, and how many more there are. */
export const SectionView = ({ section }: { section: ChangeSection }) => {
  const [all, setAll] = useState(false);
  const { title, one, many } = KIND_WORDS[section.kind];
  const isPrinting = usePrinting();
  const shown = all || isPrinting ? section.entries : section.entries.slice(0, FIRST_ROWS);
  const restCount = Math.max(0, section.entries.length - FIRST_ROWS);
  const noun = section.count === 1 && section.isExact ? one : many;
  return (
    <section
      aria-label={title}
      className="grid grid-cols-[minmax(0,1fr)] border-b border-line last:border-b-0 wide:grid-cols-[232px_minmax(0,1fr)]"
    >
      <header className="px-4 pt-3 pb-1 wide:py-3">
        <h3 className="text-sm font-semibold">{title}</h3>
        <p className="text-sm text-dim">
          <Behind to={section}>
            <span className="mono">{atLeast(section.count, section.isExact)}</span> {noun}
          </Behind>
        </p>
      </header>
      <div className="min-w-0 py-1.5 wide:border-l wide:border-line">
        <ul>
          {shown.map((entry, i) => (
            <Entry key={`${entry.name} ${entry.at ?? ""} ${i}`} entry={entry} isProse={section.kind === "decision"} />
          ))}
        </ul>
        {!all && restCount > 0 && (
          <button type="button" className="act mx-4 pl-7 print:hidden" onClick={() => setAll(true)}>
            {say("Show {length} more", { length: restCount })}
          </button>
        )}
        {(all || isPrinting || restCount === 0) && section.moreCount > 0 && (
          <p className="px-4 py-1 pl-11 text-sm text-dim">
            {say("and")}{" "}
            <Behind to={section}>
              {say("{moreCount} more", { moreCount: atLeast(section.moreCount, section.isExact) })}
            </Behind>
          </p>
        )}
      </div>
    </section>
  );
};
