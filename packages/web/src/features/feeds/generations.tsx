import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, contract, type Feeds } from "../../api.ts";
import { bytes, count } from "../../ui/format.ts";
import { Time } from "../../ui/marks.tsx";
import { useMay } from "../../ui/may.ts";
import { Panel } from "../../ui/panel.tsx";
import { Empty, ErrorPanel, Notice, RowsSkeleton } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";

const SHORT = 12;

/** Heads of columns of numbers, which stand at the right. */
const NUMBERS: ReadonlySet<string> = new Set([say("Records"), say("Size")]);

/** Says that a person put this generation in force, and how it goes on. */
export const PinnedNotice = ({ generation }: { generation: NonNullable<Feeds["generation"]> }) => {
  const client = useQueryClient();
  const may = useMay("feeds:manage");
  const unpin = useMutation({
    mutationFn: () => call(contract.feeds.syncFeeds, { query: { unpin: "true" } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["feeds"] }),
  });
  if (generation.origin === "sync") return null;
  return (
    <Notice>
      <p>
        {say("{choice} put these advisories in force. No sync replaces them until you say so.", {
          choice: generation.origin === "import" ? say("An imported bundle") : say("A rollback"),
        })}
      </p>
      {unpin.error && <ErrorPanel error={unpin.error} />}
      <button type="button" className="button mt-2" disabled={!may || unpin.isPending} onClick={() => unpin.mutate()}>
        {say("Sync all the same")}
      </button>
    </Notice>
  );
};

/** What is kept of the feeds, and the way back to it. */
export const GenerationsPanel = () => {
  const client = useQueryClient();
  const may = useMay("feeds:manage");
  const kept = useQuery({
    queryKey: ["feeds", "generations"],
    queryFn: () => call(contract.feeds.listGenerations),
  });
  const back = useMutation({
    mutationFn: (generation: string) => call(contract.feeds.rollbackFeeds, { body: { generation } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["feeds"] }),
  });
  return (
    <Panel title={say("Kept generations")} flush>
      {kept.isPending && <RowsSkeleton rows={3} />}
      {kept.error && <ErrorPanel error={kept.error} retry={() => void kept.refetch()} />}
      {back.error && <ErrorPanel error={back.error} />}
      {kept.data?.rows.length === 0 && <Empty title={say("None is kept yet: the next sync keeps one")} />}
      {kept.data && kept.data.rows.length > 0 && (
        <table className="grid-table wraps">
          <thead>
            <tr>
              {[say("Generation"), say("Number"), say("Feeds read"), say("Records"), say("Size")].map((h) => (
                <th key={h} scope="col" className={NUMBERS.has(h) ? "end" : undefined}>
                  {h}
                </th>
              ))}
              <th scope="col">
                <span className="sr-only">{say("Actions")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {kept.data.rows.map((r) => (
              <tr key={r.hash}>
                <td className="mono full">{r.hash.slice(0, SHORT)}</td>
                <td className="mono" data-label={say("number")}>
                  {r.ids[0] ?? ""}
                </td>
                <td data-label={say("feeds read")}>
                  <Time at={r.builtAt} />
                </td>
                <td className="mono end" data-label={say("records")}>
                  {count(r.recordCount)}
                </td>
                <td className="mono end" data-label={say("size")}>
                  {bytes(r.sizeBytes)}
                </td>
                <td>
                  {r.isInForce ? (
                    say("in force")
                  ) : (
                    <button
                      type="button"
                      className="button"
                      disabled={!may || back.isPending}
                      onClick={() => back.mutate(r.hash)}
                    >
                      {say("Put in force")}
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
};
