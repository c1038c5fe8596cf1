import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { queries, type VexDocument } from "../../api.ts";
import { count } from "../../ui/format.ts";
import { Time } from "../../ui/marks.tsx";
import { useMay } from "../../ui/may.ts";
import { Page } from "../../ui/panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { type Column, PagedTable } from "../../ui/table.tsx";
import { UploadVex } from "./upload.tsx";
import { FORMAT_WORDS } from "./words.ts";
import { say } from "../../ui/texts.ts";

const COLUMNS: readonly Column<VexDocument>[] = [
  {
    head: "Document",
    className: "full",
    cell: (d) => (
      <Link to="/vex/$id" params={{ id: d.id }} className="mono link">
        {d.name}
      </Link>
    ),
  },
  { head: "Format", width: "112px", cell: (d) => FORMAT_WORDS[d.format] },
  { head: "Author", cell: (d) => d.author || <span className="text-dim">{say("not named")}</span> },
  {
    head: "Statements",
    width: "112px",
    className: "end",
    label: say("statements"),
    cell: (d) => (
      <span className="mono">
        {count(d.statementCount)}
        {d.problemCount > 0 && (
          <span
            className="text-warn"
            title={say("{problemCount} parts could not be used", { problemCount: count(d.problemCount) })}
          >
            {" "}
            !{count(d.problemCount)}
          </span>
        )}
      </span>
    ),
  },
  {
    head: "Decides on",
    width: "112px",
    className: "end",
    label: say("decides on"),
    cell: (d) => <span className={`mono ${d.findingCount === 0 ? "text-dim" : ""}`}>{count(d.findingCount)}</span>,
  },
  {
    head: "Closes",
    width: "96px",
    className: "end",
    label: say("closes"),
    cell: (d) => (
      <span className={`mono ${d.closedCount === 0 ? "text-dim" : "font-semibold"}`}>{count(d.closedCount)}</span>
    ),
  },
  { head: "Added", width: "112px", label: say("added"), cell: (d) => <Time at={d.addedAt} /> },
];

/** The statements of suppliers: documents, what they decide, and a place to drop new ones. */
export const VexPage = () => {
  const navigate = useNavigate();
  const may = useMay("vex:manage");
  const pages = useInfiniteQuery(queries.vexDocuments());
  return (
    <Page
      title={say("VEX")}
      lead={say(
        "What suppliers say of their own products. It closes findings for as long as the document is here, and deletes none.",
      )}
      actions={
        <Link to="/findings" search={{ query: "status:not_affected" }} className="button">
          {say("Findings that are closed by it")}
        </Link>
      }
    >
      {may && <UploadVex />}
      <section className="panel" aria-label={say("Documents")}>
        <PagedTable
          pages={pages}
          noun="documents"
          label={say("VEX documents")}
          keyOf={(d) => d.id}
          onOpen={(d) => void navigate({ to: "/vex/$id", params: { id: d.id } })}
          cardHeight={88}
          columns={COLUMNS}
          empty={
            <Empty title={say("No supplier's statement is here yet")}>
              {may
                ? say(
                    "A supplier's VEX document says which weaknesses its product does not have. Drop one above, or: npx zerotrace vex add FILE",
                  )
                : say("Who may manage VEX documents adds them here.")}
            </Empty>
          }
        />
      </section>
    </Page>
  );
};
