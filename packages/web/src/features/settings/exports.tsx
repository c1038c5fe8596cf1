import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { call, type CompanyExport, contract, queries } from "../../api.ts";
import { exportArchiveUrl } from "../../downloads.ts";
import { bytes, count } from "../../ui/format.ts";
import { Copy, Time } from "../../ui/marks.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ErrorPanel } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";

const Row = ({ row }: { row: CompanyExport }) => (
  <li className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
    <span>
      <Time at={row.askedAt} /> <span className="text-dim">{say("by {askedBy}", { askedBy: row.askedBy })}</span>
    </span>
    {row.state === "done" && (
      <>
        <span className="text-dim">
          {say("{rowCount} rows, {sizeBytes}, SHA-256", {
            rowCount: count(row.rowCount ?? 0),
            sizeBytes: bytes(row.sizeBytes ?? 0),
          })}{" "}
        </span>
        <Copy text={row.sha256 ?? ""} max={20} label={say("SHA-256")} />
        <span className="ml-auto text-dim">
          {say("deleted")} <Time at={row.expiresAt} />
        </span>
        <a className="link" href={exportArchiveUrl(row.id)} download>
          {say("Download")}
        </a>
      </>
    )}
    {row.state === "failed" && <span className="text-bad">{row.error}</span>}
    {row.state === "expired" && <span className="text-dim">{say("deleted")}</span>}
    {(row.state === "waiting" || row.state === "running") && (
      <span className="text-dim">{say("is being written…")}</span>
    )}
  </li>
);

/** Everything that the company has, as one archive. */
export const Exports = () => {
  const client = useQueryClient();
  const exports = useQuery(queries.companyExports());
  const start = useMutation({
    mutationFn: () => call(contract.companies.startExport),
    onSuccess: () => client.invalidateQueries({ queryKey: ["company-exports"] }),
  });
  const rows = exports.data?.rows ?? [];
  const isBusy = rows.some(({ state }) => state === "waiting" || state === "running");
  return (
    <Panel title={say("Export")}>
      <div className="grid justify-items-start gap-3">
        <p className="text-sm text-dim">
          {say(
            "Everything that the company has in one tar archive: an NDJSON file a table, and a manifest with counts and hashes. Secrets are left out and named. The archive is deleted after 24 hours.",
          )}
        </p>
        <button type="button" className="button" disabled={start.isPending || isBusy} onClick={() => start.mutate()}>
          {say("Export everything")}
        </button>
        {start.error && <ErrorPanel error={start.error} />}
        {rows.length > 0 && (
          <ul className="grid w-full gap-2 text-sm">
            {rows.map((row) => (
              <Row key={row.id} row={row} />
            ))}
          </ul>
        )}
      </div>
    </Panel>
  );
};
