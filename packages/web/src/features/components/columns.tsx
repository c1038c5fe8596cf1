import { queryOf } from "@zerotrace/core/query/language/index";
import { Link } from "@tanstack/react-router";
import type { Component } from "../../api.ts";
import { plural } from "../../ui/format.ts";
import { Copy, Risk } from "../../ui/marks.tsx";
import type { Column } from "../../ui/table.tsx";
import { Why } from "../risk/why.tsx";
import { say } from "../../ui/texts.ts";

const REASONS: Readonly<Record<string, string>> = {
  no_feed: say("not covered"),
  end_of_life: say("system past its end of life"),
  unparsable: say("version unreadable"),
  no_stream: say("module stream not told"),
};
const VERDICTS: Readonly<Record<Component["verdict"], string>> = {
  affected: say("affected"),
  not_affected: say("not affected"),
  unknown: say("cannot be judged"),
  pending: say("being judged"),
};

/** A component and what is known of it. "Cannot be judged" is never shown as clean. */
export const COMPONENT_COLUMNS: readonly Column<Component>[] = [
  {
    head: "Component",
    width: "minmax(0, 2fr)",
    className: "full",
    cell: (c) => (
      <span className="mono inline-flex max-w-full items-center gap-2">
        <span className="truncate font-semibold">{c.name}</span> <Copy text={c.version} max={32} />
      </span>
    ),
  },
  {
    head: "Source",
    width: "minmax(0, 1fr)",
    className: "wide-only",
    cell: (c) =>
      c.ownedBy ? (
        <span
          className="text-dim"
          title={say("Lies in files of {name} {version}, and is judged with it", {
            name: c.ownedBy.name,
            version: c.ownedBy.version,
          })}
        >
          {say("inside {name} ({n})", { name: c.ownedBy.name, n: c.ownedBy.ecosystem.split(":")[0] })}
        </span>
      ) : (
        <span className="mono text-dim">{c.source ?? ""}</span>
      ),
  },
  { head: "Ecosystem", width: "120px", cell: (c) => <span className="mono">{c.ecosystem}</span> },
  {
    head: "Verdict",
    width: "224px",
    cell: (c) => (
      <span
        className={c.verdict === "unknown" ? "text-warn" : c.verdict === "affected" ? "" : "text-dim"}
        title={
          c.coverage.sources.length > 0
            ? say("judged by {sources}", { sources: c.coverage.sources.join(", ") })
            : undefined
        }
      >
        {VERDICTS[c.verdict]}
        {c.verdict === "unknown" && c.reason ? `: ${REASONS[c.reason] ?? c.reason}` : ""}
        {c.ownedBy && say(", by its owner")}
        {c.reason === "vex" && ` ${say("(VEX)")}`}
        {c.coverage.state === "stale" && <span className="text-warn">{say(", by stale data")}</span>}
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
  { head: "Why", width: "64px", cell: (c) => <Why component={c} /> },
  {
    head: "Risk",
    width: "116px",
    cell: (c) => (c.findingCount > 0 ? <Risk value={c.risk} /> : ""),
  },
];

const Found = ({ found }: { found: NonNullable<Component["found"]> }) => {
  const [first, ...more] = found.paths;
  const words = [
    found.isDirect === null ? "" : found.isDirect ? "direct" : say("brought by others"),
    found.isDev ? say("for development") : "",
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
      <span
        className="truncate text-xs text-dim"
        title={found.layer === "" ? undefined : say("layer {layer}", { layer: found.layer })}
      >
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
