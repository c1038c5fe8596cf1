import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { queries, type Upload } from "../../api.ts";
import { bytes, count, plural } from "../../ui/format.ts";
import { Command, Time } from "../../ui/marks.tsx";
import { useMay } from "../../ui/may.ts";
import { Page } from "../../ui/panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { type Column, PagedTable } from "../../ui/table.tsx";
import { AddSbom } from "./add-sbom.tsx";
import { ScanImage } from "./scan-image.tsx";
import { say } from "../../ui/texts.ts";

const Progress = ({ upload: u }: { upload: Upload }) => (
  <span className="flex min-w-0 items-center gap-2">
    {u.totalBytes !== null && u.totalBytes > 0 && (
      <progress className="bar !w-24 shrink-0" value={u.doneBytes} max={u.totalBytes} aria-label={u.says} />
    )}
    <span className="truncate">
      {u.says || u.state}
      {u.doneBytes > 0 && (
        <span className="mono text-dim">
          {" "}
          {bytes(u.doneBytes)}
          {u.totalBytes !== null && ` ${say("of {totalBytes}", { totalBytes: bytes(u.totalBytes) })}`}
        </span>
      )}
    </span>
  </span>
);

const change = ({ addedCount, removedCount }: Upload): string =>
  addedCount + removedCount === 0 ? say("nothing changed") : `+${count(addedCount)} −${count(removedCount)}`;

const Result = ({ upload: u }: { upload: Upload }) => {
  if (u.state === "failed") {
    return (
      <span className="block truncate text-bad" title={u.error ?? undefined}>
        {u.error}
      </span>
    );
  }
  if (u.state !== "done") return <Progress upload={u} />;
  return (
    <span>
      {plural(u.componentCount, "component")}, <span className="mono">{change(u)}</span>
      {u.notJudgedCount > 0 && (
        <span className="text-warn">
          {say(", {notJudgedCount} cannot be judged", { notJudgedCount: count(u.notJudgedCount) })}
        </span>
      )}
      {u.problemCount > 0 && (
        <span className="text-warn" title={u.problems.join("\n")}>
          , {plural(u.problemCount, "problem")}
        </span>
      )}
    </span>
  );
};

const COLUMNS: readonly Column<Upload>[] = [
  {
    head: "Given",
    width: "26%",
    className: "full",
    cell: (u) => <span className="mono block truncate">{u.name}</span>,
  },
  {
    head: "Asset",
    width: "24%",
    cell: (u) =>
      u.assetId === null ? (
        <span className="text-dim">
          {u.state === "failed" ? say("none") : u.state === "done" ? say("removed") : "…"}
        </span>
      ) : (
        <span className="inline-flex max-w-full items-center gap-2">
          <Link to="/assets/$id" params={{ id: u.assetId }} className="mono link truncate">
            {u.assetName}
          </Link>
          {u.branch && <span className="chip shrink-0">{u.branch}</span>}
        </span>
      ),
  },
  { head: "Result", cell: (u) => <Result upload={u} /> },
  { head: "Added", width: "112px", cell: (u) => <Time at={u.addedAt} /> },
];

/** Bills of materials and images that people and pipelines give to the server, with their progress. */
export const UploadsPage = () => {
  const maySend = useMay("sboms:upload");
  const mayPull = useMay("scan:execute");
  const pages = useInfiniteQuery(queries.uploads());
  return (
    <Page
      title={say("Upload")}
      lead={say(
        "A bill of materials or an image becomes an asset; it is judged again by itself when advisories change.",
      )}
    >
      {maySend && <AddSbom />}
      {mayPull && <ScanImage />}
      <section className="panel" aria-label={say("Uploads")}>
        <PagedTable
          pages={pages}
          noun="uploads"
          label={say("Uploads")}
          keyOf={(u) => u.id}
          cardHeight={120}
          columns={COLUMNS}
          empty={
            <Empty title={say("Nothing was uploaded yet")}>
              {maySend ? (
                <>
                  <p>
                    {say("Drop a CycloneDX or SPDX document above, or send what a pipeline builds, with an API token:")}
                  </p>
                  <Command text={`npx zerotrace scan . --server ${window.location.origin} --token TOKEN`} />
                </>
              ) : (
                say("Who may upload documents adds them here.")
              )}
            </Empty>
          }
        />
      </section>
    </Page>
  );
};
