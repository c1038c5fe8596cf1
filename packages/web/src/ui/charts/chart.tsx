import { Table2 } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { say } from "../texts.ts";

/** The figures of a chart as a table: heads, then rows of the same length. */
export interface ChartTable {
  readonly heads: readonly string[];
  readonly rows: readonly { readonly key: string; readonly cells: readonly ReactNode[] }[];
}

const Table = ({ label, table }: { label: string; table: ChartTable }) => (
  // a region that scrolls must be reachable by the keyboard
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
  <section className="h-full min-h-0 overflow-auto" tabIndex={0} aria-label={say("Figures of {label}", { label })}>
    <table className="chart-table mono w-full text-sm">
      <caption className="sr-only">{label}</caption>
      <thead>
        <tr>
          {table.heads.map((head, i) => (
            <th key={head} scope="col" className={i === 0 ? "text-left" : "text-right"}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {table.rows.map(({ key, cells }) => (
          <tr key={key}>
            {cells.map((cell, i) => (
              <td key={i} className={i === 0 ? "min-w-0 text-left wrap-anywhere" : "text-right whitespace-nowrap"}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);

/** A picture with its figures behind it: a button turns one into the other. It fills the height that it is given. */
export const Chart = ({
  label,
  table,
  children,
  hasToggle = true,
}: {
  label: string;
  table: ChartTable;
  /** The picture. Where it is not made of links and text it hides itself from readers. */
  children: ReactNode;
  hasToggle?: boolean;
}) => {
  const [isTable, setTable] = useState(false);
  const id = useId();
  return (
    <figure aria-label={label} className="group/chart relative flex h-full min-h-0 flex-col">
      <div id={id} className="min-h-0 flex-1">
        {isTable ? <Table label={label} table={table} /> : children}
      </div>
      {hasToggle && (
        <button
          type="button"
          className="act mt-1 inline-flex items-center gap-1 self-end text-xs text-dim print:hidden"
          aria-pressed={isTable}
          aria-controls={id}
          onClick={() => setTable(!isTable)}
        >
          <Table2 className="size-3.5" aria-hidden="true" /> {say("as a table")}
        </button>
      )}
    </figure>
  );
};
