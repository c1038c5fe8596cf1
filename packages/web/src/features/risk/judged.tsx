import type { Asset } from "../../api.ts";
import { count, plural, share } from "../../ui/format.ts";
import { say } from "../../ui/texts.ts";

/** How much of what is there the advisories can judge: it stands beside every risk, which says nothing of the rest. */
export const Judged = ({ coverage: { covered, notCovered, unparsable } }: { coverage: Asset["coverage"] }) => {
  const all = covered + notCovered + unparsable;
  if (all === 0)
    return (
      <span className="text-dim" title={say("Nothing is judged yet")}>
        –
      </span>
    );
  return (
    <span
      className={`mono ${covered < all ? "text-warn" : ""}`}
      title={say("{covered} of {components} can be judged", {
        covered: count(covered),
        components: plural(all, "component"),
      })}
    >
      {share(covered / all)}
    </span>
  );
};
