import type { Feeds } from "../../api.ts";
import { count, hoursText, plural } from "../../ui/format.ts";
import { Copy, Time } from "../../ui/marks.tsx";
import { Facts, Panel } from "../../ui/panel.tsx";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

type Source = Feeds["sources"][number];

/** Origins named at once: a converted archive may list one for each file. */
const ORIGINS_SHOWN = 3;

const anchorOf = (s: Source, i: number): string => `source-${s.feed}-${i}`;

/** Heads of columns of numbers, which stand at the right. */
const NUMBERS: ReadonlySet<string> = new Set([say("Records"), say("Unusable")]);

const DataOf = ({ source: s }: { source: Source }) =>
  s.dataAt ? (
    <Time at={s.dataAt} />
  ) : (
    <>
      {say("no date of its own, read")} <Time at={s.readAt} />
    </>
  );

/** How old each source is against its bound, the stale ones first. */
export const FreshnessTable = ({ sources }: { sources: readonly Source[] }) => {
  const rows = sources.map((source, i) => ({ source, anchor: anchorOf(source, i) }));
  const stale = rows.filter(({ source }) => source.isStale);
  const current = rows.filter(({ source }) => !source.isStale);
  return (
    <Panel
      title={say("Freshness")}
      aside={
        stale.length === 0
          ? say("{length}, all current", { length: plural(rows.length, "source") })
          : say("{length} of {length2} stale", { length: count(stale.length), length2: plural(rows.length, "source") })
      }
      flush
    >
      <table className="grid-table wraps">
        <thead>
          <tr>
            {[
              say("Source"),
              say("State"),
              say("Data of"),
              say("Stale after"),
              say("Read"),
              say("Records"),
              say("Unusable"),
            ].map((h) => (
              <th key={h} scope="col" className={NUMBERS.has(h) ? "end" : undefined}>
                {h}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...stale, ...current].map(({ source: s, anchor }) => (
            <tr key={anchor}>
              <td className="mono full">
                <a href={`#${anchor}`} className="link">
                  {s.feed}
                </a>
              </td>
              <td className={s.isStale ? "font-semibold text-warn" : ""}>
                {s.isStale ? say("stale") : say("current")}
              </td>
              <td data-label={say("data of")}>
                <DataOf source={s} />
              </td>
              <td className="mono" data-label={say("stale after")}>
                {hoursText(s.staleAfterHours)}
              </td>
              <td data-label={say("read")}>
                <Time at={s.readAt} />
              </td>
              <td className="mono end" data-label={say("records")}>
                {count(s.recordCount)}
              </td>
              <td className={`mono end ${s.badCount > 0 ? "text-warn" : "text-dim"}`} data-label={say("unusable")}>
                {count(s.badCount)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
};

const Origins = ({ origins }: { origins: readonly string[] }) => {
  if (origins.length === 0) return <>{say("its own")}</>;
  const rest = origins.slice(ORIGINS_SHOWN);
  return (
    <>
      {origins.slice(0, ORIGINS_SHOWN).join(", ")}
      {rest.length > 0 && (
        <details>
          <summary className="cursor-pointer text-dim">
            {say("and {length} more", { length: count(rest.length) })}
          </summary>
          {rest.join(", ")}
        </details>
      )}
    </>
  );
};

/** One source whole: what it covers and what not, where it comes from, and what of it could not be used. */
export const SourcePanel = ({ source: s, index }: { source: Source; index: number }) => (
  <div id={anchorOf(s, index)} className="scroll-mt-28">
    <Panel title={s.feed} aside={<Copy text={s.location} max={60} />}>
      <div className="grid gap-4 wide:grid-cols-2">
        <Facts
          rows={[
            [
              say("Data of"),
              <span key="d" className={s.isStale ? "text-warn" : ""}>
                <DataOf source={s} />
                {s.isStale &&
                  ` ${say("(stale: older than {staleAfterHours})", { staleAfterHours: hoursText(s.staleAfterHours) })}`}
              </span>,
            ],
            [say("Read"), <Time key="r" at={s.readAt} />],
            [
              say("Records"),
              <span key="n" className="mono">
                {count(s.recordCount)}
              </span>,
            ],
            [say("Origins"), <Origins key="o" origins={s.origins} />],
            [
              say("Covers"),
              s.covers.length === 0 ? (
                say("adds to other sources")
              ) : (
                <span key="c" className="mono">
                  {s.covers.join(", ")}
                </span>
              ),
            ],
          ]}
        />
        <div>
          <h3 className="text-sm text-dim">{say("What it does not cover")}</h3>
          {s.notCovered.length === 0 ? (
            <p className="mt-1 text-dim">{say("The source names no gap.")}</p>
          ) : (
            <ul className="mt-1 grid list-disc gap-1 pl-4 marker:text-warn">
              {s.notCovered.map((n) => (
                <li key={n}>{told(n)}</li>
              ))}
            </ul>
          )}
          {s.badCount > 0 && (
            <details className="mt-3">
              <summary className="cursor-pointer text-warn">
                {say("{badCount} could not be used", { badCount: plural(s.badCount, "record") })}
              </summary>
              <ul className="mt-1 grid gap-1 text-sm">
                {s.bad.map((b) => (
                  <li key={b.id}>
                    <span className="mono">{b.id}</span> <span className="text-dim">{b.reason}</span>
                  </li>
                ))}
                {s.badCount > s.bad.length && (
                  <li className="text-dim">{say("and {n} more", { n: count(s.badCount - s.bad.length) })}</li>
                )}
              </ul>
            </details>
          )}
        </div>
      </div>
    </Panel>
  </div>
);
