import { queryOf } from "@zerotrace/core/query/language/index";
import { Link } from "@tanstack/react-router";
import type { Component } from "../../api.ts";
import { plural } from "../../ui/format.ts";
import { Copy, Risk } from "../../ui/marks.tsx";
import type { Column } from "../../ui/table.tsx";

const REASONS: Readonly<Record<string, string>> = {
  no_feed: "not covered",
  end_of_life: "system past its end of life",
  unparsable: "version unreadable",
  no_stream: "module stream not told",
};
const VERDICTS: Readonly<Record<Component["verdict"], string>> = {
  affected: "affected",
  not_affected: "not affected",
  unknown: "cannot be judged",
  pending: "being judged",
};

/** A component and what is known of it. "Cannot be judged" is never shown as clean. */
export const COMPONENT_COLUMNS: readonly Column<Component>[] = [
  {
    head: "Component",
    className: "full",
    cell: (c) => (
      <span className="mono inline-flex max-w-full items-center gap-2">
        <span className="truncate font-semibold">{c.name}</span> <Copy text={c.version} max={32} />
      </span>
    ),
  },
  {
    head: "Source",
    width: "270px",
    className: "wide-only",
    cell: (c) =>
      c.ownedBy ? (
        <span
          className="text-dim"
          title={`Lies in files of ${c.ownedBy.name} ${c.ownedBy.version}, and is judged with it`}
        >
          inside {c.ownedBy.name} ({c.ownedBy.ecosystem.split(":")[0]})
        </span>
      ) : (
        <span className="mono text-dim">{c.source ?? ""}</span>
      ),
  },
  { head: "Ecosystem", width: "140px", cell: (c) => <span className="mono">{c.ecosystem}</span> },
  {
    head: "Verdict",
    width: "260px",
    cell: (c) => (
      <span
        className={c.verdict === "unknown" ? "text-warn" : c.verdict === "affected" ? "" : "text-dim"}
        title={c.coverage.sources.length > 0 ? `judged by ${c.coverage.sources.join(", ")}` : undefined}
      >
        {VERDICTS[c.verdict]}
        {c.verdict === "unknown" && c.reason ? `: ${REASONS[c.reason] ?? c.reason}` : ""}
        {c.ownedBy && ", by its owner"}
        {c.reason === "vex" && " (VEX)"}
        {c.coverage.state === "stale" && <span className="text-warn">, by stale data</span>}
        {c.findingCount > 0 && (
          <>
            {", "}
            <Link to="/findings" search={{ query: queryOf({ package: c.source ?? c.name }) }} className="link">
              {plural(c.findingCount, "finding")}
            </Link>
          </>
        )}
      </span>
    ),
  },
  {
    head: "Risk",
    width: "116px",
    cell: (c) => (c.findingCount > 0 ? <Risk value={c.risk} /> : ""),
  },
];

const Found = ({ found }: { found: NonNullable<Component["found"]> }) => {
  const [first, ...more] = found.paths;
  const words = [
    found.isDirect === null ? "" : found.isDirect ? "direct" : "brought by others",
    found.isDev ? "for development" : "",
    found.license,
  ].filter(Boolean);
  return (
    <span className="flex min-w-0 items-center gap-2">
      {first && <Copy text={first} max={44} />}
      {more.length > 0 && (
        <span className="chip shrink-0" title={found.paths.join("\n")}>
          +{more.length}
        </span>
      )}
      <span className="truncate text-xs text-dim" title={found.layer === "" ? undefined : `layer ${found.layer}`}>
        {words.join(", ")}
      </span>
    </span>
  );
};

/** The same with where each was found, instead of the source package. */
export const PLACED_COLUMNS: readonly Column<Component>[] = COMPONENT_COLUMNS.flatMap((column) =>
  column.head === "Source"
    ? []
    : column.head === "Verdict"
      ? [
          column,
          {
            head: "Found",
            width: "34%",
            className: "wide-only",
            cell: (c) => (c.found ? <Found found={c.found} /> : ""),
          },
        ]
      : [column],
);
