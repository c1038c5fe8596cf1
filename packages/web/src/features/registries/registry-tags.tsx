import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { queries, type RegistryTag } from "../../api.ts";
import type { TagState } from "../../routes.tsx";
import { Copy, Time } from "../../ui/marks.tsx";
import { Page } from "../../ui/panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { type Column, PagedTable } from "../../ui/table.tsx";
import { say } from "../../ui/texts.ts";

const api = getRouteApi("/registries/$id");

const WORDS: Readonly<Record<TagState, string>> = {
  waiting: say("waiting"),
  scanning: say("being scanned"),
  scanned: say("scanned"),
  failed: say("failed"),
  gone: say("gone"),
  unwatched: say("not chosen"),
};

const chip = (isShown: boolean): string =>
  say("chip {isShown}", { isShown: isShown ? "!border-accent text-accent" : "hover:text-accent" });

const State = ({ tag: t }: { tag: RegistryTag }) => (
  <span className={`block truncate ${t.state === "failed" ? "text-bad" : ""}`} title={t.error ?? undefined}>
    {t.error ?? WORDS[t.state]}
  </span>
);

const COLUMNS: readonly Column<RegistryTag>[] = [
  {
    head: "Repository",
    className: "full",
    cell: (t) =>
      t.assetId === null ? (
        <span className="mono">{t.repository}</span>
      ) : (
        <Link to="/assets/$id" params={{ id: t.assetId }} className="mono link">
          {t.repository}
        </Link>
      ),
  },
  { head: "Tag", width: "18%", cell: (t) => <span className="mono block truncate">{t.tag}</span> },
  { head: "Digest", width: "170px", className: "wide-only", cell: (t) => <Copy text={t.digest} max={18} /> },
  { head: "State", width: "28%", cell: (t) => <State tag={t} /> },
  { head: "First seen", width: "110px", className: "wide-only", cell: (t) => <Time at={t.firstSeenAt} /> },
  { head: "Scanned", width: "110px", label: say("scanned"), cell: (t) => <Time at={t.scannedAt} /> },
];

/** The tags of a watched registry, all or those of one state. */
export const RegistryTagsPage = () => {
  const { id } = api.useParams();
  const { state } = api.useSearch();
  const registries = useQuery(queries.registries());
  const pages = useInfiniteQuery(queries.registryTags(id, state));
  const name = registries.data?.rows.find((one) => one.id === id)?.name ?? say("Registry");
  return (
    <Page
      title={name}
      lead={
        state === undefined ? say("every tag that was found") : say("tags that are {state}", { state: WORDS[state] })
      }
    >
      <nav aria-label={say("States")} className="flex flex-wrap gap-2">
        <Link to="/registries" className="link mr-2">
          {say("All registries")}
        </Link>
        <Link to="/registries/$id" params={{ id }} search={{}} className={chip(state === undefined)}>
          {say("all")}
        </Link>
        {Object.entries(WORDS).map(([one, word]) => (
          <Link
            key={one}
            to="/registries/$id"
            params={{ id }}
            search={{ state: one as TagState }}
            aria-current={one === state ? "page" : undefined}
            className={chip(one === state)}
          >
            {word}
          </Link>
        ))}
      </nav>
      <section className="panel" aria-label={say("Tags")}>
        <PagedTable
          pages={pages}
          noun="tags"
          label={say("Tags")}
          keyOf={(t) => `${t.repository}:${t.tag}`}
          cardHeight={104}
          columns={COLUMNS}
          empty={
            <Empty title={say("No tag is here")}>
              {state === undefined
                ? say("The first look has not ended, or its rules choose none.")
                : say("None is in this state.")}
            </Empty>
          }
        />
      </section>
    </Page>
  );
};
