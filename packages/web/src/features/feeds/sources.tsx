import type { Feeds } from "../../api.ts";
import { count, hoursText, plural } from "../../ui/format.ts";
import { Copy, Time } from "../../ui/marks.tsx";
import { Facts, Panel } from "../../ui/panel.tsx";

type Source = Feeds["sources"][number];

/** Origins named at once: a converted archive may list one for each file. */
const ORIGINS_SHOWN = 3;

const anchorOf = (s: Source, i: number): string => `source-${s.feed}-${i}`;

const DataOf = ({ source: s }: { source: Source }) =>
  s.dataAt ? (
    <Time at={s.dataAt} />
  ) : (
    <>
      no date of its own, read <Time at={s.readAt} />
    </>
  );

/** How old each source is against its bound, the stale ones first. */
export const FreshnessTable = ({ sources }: { sources: readonly Source[] }) => {
  const rows = sources.map((source, i) => ({ source, anchor: anchorOf(source, i) }));
  const stale = rows.filter(({ source }) => source.isStale);
  const current = rows.filter(({ source }) => !source.isStale);
  return (
    <Panel
      title="Freshness"
      aside={
        stale.length === 0
          ? `${plural(rows.length, "source")}, all current`
          : `${count(stale.length)} of ${plural(rows.length, "source")} stale`
      }
      flush
    >
      <table className="grid-table wraps">
        <thead>
          <tr>
            {["Source", "State", "Data of", "Stale after", "Read", "Records", "Unusable"].map((h) => (
              <th key={h} scope="col">
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
              <td className={s.isStale ? "font-semibold text-warn" : ""}>{s.isStale ? "stale" : "current"}</td>
              <td data-label="data of">
                <DataOf source={s} />
              </td>
              <td className="mono" data-label="stale after">
                {hoursText(s.staleAfterHours)}
              </td>
              <td data-label="read">
                <Time at={s.readAt} />
              </td>
              <td className="mono" data-label="records">
                {count(s.recordCount)}
              </td>
              <td className={`mono ${s.badCount > 0 ? "text-warn" : "text-dim"}`} data-label="unusable">
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
  if (origins.length === 0) return <>its own</>;
  const rest = origins.slice(ORIGINS_SHOWN);
  return (
    <>
      {origins.slice(0, ORIGINS_SHOWN).join(", ")}
      {rest.length > 0 && (
        <details>
          <summary className="cursor-pointer text-dim">and {count(rest.length)} more</summary>
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
              "Data of",
              <span key="d" className={s.isStale ? "text-warn" : ""}>
                <DataOf source={s} />
                {s.isStale && ` (stale: older than ${hoursText(s.staleAfterHours)})`}
              </span>,
            ],
            ["Read", <Time key="r" at={s.readAt} />],
            [
              "Records",
              <span key="n" className="mono">
                {count(s.recordCount)}
              </span>,
            ],
            ["Origins", <Origins key="o" origins={s.origins} />],
            [
              "Covers",
              s.covers.length === 0 ? (
                "adds to other sources"
              ) : (
                <span key="c" className="mono">
                  {s.covers.join(", ")}
                </span>
              ),
            ],
          ]}
        />
        <div>
          <h3 className="text-sm text-dim">What it does not cover</h3>
          {s.notCovered.length === 0 ? (
            <p className="mt-1 text-dim">The source names no gap.</p>
          ) : (
            <ul className="mt-1 grid list-disc gap-1 pl-4 marker:text-warn">
              {s.notCovered.map((n) => (
                <li key={n}>{n}</li>
              ))}
            </ul>
          )}
          {s.badCount > 0 && (
            <details className="mt-3">
              <summary className="cursor-pointer text-warn">{plural(s.badCount, "record")} could not be used</summary>
              <ul className="mt-1 grid gap-1 text-sm">
                {s.bad.map((b) => (
                  <li key={b.id}>
                    <span className="mono">{b.id}</span> <span className="text-dim">{b.reason}</span>
                  </li>
                ))}
                {s.badCount > s.bad.length && <li className="text-dim">and {count(s.badCount - s.bad.length)} more</li>}
              </ul>
            </details>
          )}
        </div>
      </div>
    </Panel>
  </div>
);
