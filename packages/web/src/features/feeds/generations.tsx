import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, contract, type Feeds } from "../../api.ts";
import { bytes, count } from "../../ui/format.ts";
import { Time } from "../../ui/marks.tsx";
import { useMay } from "../../ui/may.ts";
import { Panel } from "../../ui/panel.tsx";
import { Empty, ErrorPanel, Notice, RowsSkeleton } from "../../ui/states.tsx";

const SHORT = 12;

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
        {generation.origin === "import" ? "An imported bundle" : "A rollback"} put these advisories in force. No sync
        replaces them until you say so.
      </p>
      {unpin.error && <ErrorPanel error={unpin.error} />}
      <button type="button" className="button mt-2" disabled={!may || unpin.isPending} onClick={() => unpin.mutate()}>
        Sync all the same
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
    <Panel title="Kept generations" flush>
      {kept.isPending && <RowsSkeleton rows={3} />}
      {kept.error && <ErrorPanel error={kept.error} retry={() => void kept.refetch()} />}
      {back.error && <ErrorPanel error={back.error} />}
      {kept.data?.rows.length === 0 && <Empty title="None is kept yet: the next sync keeps one" />}
      {kept.data && kept.data.rows.length > 0 && (
        <table className="grid-table wraps">
          <thead>
            <tr>
              {["Generation", "Number", "Feeds read", "Records", "Size", ""].map((h) => (
                <th key={h} scope="col">
                  {h}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {kept.data.rows.map((r) => (
              <tr key={r.hash}>
                <td className="mono full">{r.hash.slice(0, SHORT)}</td>
                <td className="mono" data-label="number">
                  {r.ids[0] ?? ""}
                </td>
                <td data-label="feeds read">
                  <Time at={r.builtAt} />
                </td>
                <td className="mono" data-label="records">
                  {count(r.recordCount)}
                </td>
                <td className="mono" data-label="size">
                  {bytes(r.sizeBytes)}
                </td>
                <td>
                  {r.isInForce ? (
                    "in force"
                  ) : (
                    <button
                      type="button"
                      className="button"
                      disabled={!may || back.isPending}
                      onClick={() => back.mutate(r.hash)}
                    >
                      Put in force
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
