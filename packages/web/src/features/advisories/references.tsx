import { count } from "../../ui/format.ts";
import { Panel } from "../../ui/panel.tsx";
import { say } from "../../ui/texts.ts";

/** An address as a link only when it is one that a browser may follow safely. */
const followable = (url: string): boolean => /^https?:\/\//i.test(url);

/** References that stand there unfolded (count): some advisories give hundreds. */
const SHOWN = 8;
type Reference = { readonly type: string; readonly url: string };

const List = ({ list }: { list: readonly Reference[] }) => (
  <ul className="grid gap-1 text-sm">
    {list.map((r) => (
      <li key={`${r.type} ${r.url}`} className="flex gap-3">
        <span className="w-20 shrink-0 text-xs text-dim">{r.type.toLowerCase()}</span>
        {followable(r.url) ? (
          <a href={r.url} target="_blank" rel="noreferrer noopener" className="link mono min-w-0">
            {r.url}
          </a>
        ) : (
          <span className="mono min-w-0">{r.url}</span>
        )}
      </li>
    ))}
  </ul>
);

/** Links that an advisory gives, the first of them and the rest folded. They are other people's text: only http(s) ones can be followed. */
export const References = ({ list }: { list: readonly Reference[] }) =>
  list.length === 0 ? null : (
    <Panel title={say("References")}>
      <List list={list.slice(0, SHOWN)} />
      {list.length > SHOWN && (
        <details className="mt-1">
          <summary className="cursor-pointer text-sm text-dim">
            {say("and {n} more", { n: count(list.length - SHOWN) })}
          </summary>
          <List list={list.slice(SHOWN)} />
        </details>
      )}
    </Panel>
  );
