import type { AuditRow } from "../../api.ts";
import { Copy } from "../../ui/marks.tsx";
import { Facts, Panel } from "../../ui/panel.tsx";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

const text = (value: unknown): string =>
  value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** One row of the trail whole: what the object was before and what it is now, field by field. */
export const Change = ({ row, onClose }: { row: AuditRow; onClose: () => void }) => {
  const before = fieldsOf(row.before);
  const after = fieldsOf(row.after);
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return (
    <Panel
      title={say("{action}, row {seq}", { action: row.action, seq: row.seq })}
      aside={
        <button type="button" className="act" onClick={onClose}>
          {say("Close")}
        </button>
      }
    >
      <div className="grid gap-4">
        <Facts
          rows={[
            [say("When"), row.at],
            [say("Who"), told(row.actor)],
            [say("On"), <Copy key="on" text={row.target} />],
            [say("From"), row.ip],
            ...Object.entries(row.detail).map(([name, value]) => [name, text(value)] as const),
            [say("hash"), <Copy key="hash" text={row.hash} max={24} />],
          ]}
        />
        {names.length > 0 && (
          <table className="mono w-full text-sm">
            <thead>
              <tr className="text-left text-dim">
                <th scope="col">{say("field")}</th>
                <th scope="col">{say("before")}</th>
                <th scope="col">{say("after")}</th>
              </tr>
            </thead>
            <tbody>
              {names.map((name) => {
                const [was, is] = [text(before[name]), text(after[name])];
                return (
                  <tr key={name} className={`border-t border-line align-top ${was === is ? "text-dim" : ""}`}>
                    <th scope="row" className="pr-4 text-left font-normal">
                      {name}
                    </th>
                    <td className="pr-4 wrap-anywhere">{was}</td>
                    <td className={`wrap-anywhere ${was === is ? "" : "text-accent"}`}>{is}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        )}
      </div>
    </Panel>
  );
};
