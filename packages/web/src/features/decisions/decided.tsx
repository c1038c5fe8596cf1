import { Link } from "@tanstack/react-router";
import type { FindingDetail } from "../../api.ts";
import { count, plural } from "../../ui/format.ts";
import { Time } from "../../ui/marks.tsx";
import { Facts, Panel } from "../../ui/panel.tsx";
import { dayText, KIND_WORDS } from "./words.ts";
import { say } from "../../ui/texts.ts";

const onText = (assets: number, all: number): string => {
  if (assets < all)
    return say("{assets} of {all}; it stays open on the others", { assets: count(assets), all: plural(all, "asset") });
  return all === 1 ? say("its only asset") : say("all {all}", { all: plural(all, "asset") });
};

/** Who decided what of a finding, why, where and until when. */
export const Decided = ({ finding: { decision: d, assetCount } }: { finding: FindingDetail }) =>
  d && (
    <Panel
      title={say("Decision")}
      aside={
        <Link to="/decisions" search={{ state: "active" }} className="link">
          {say("All decisions")}
        </Link>
      }
    >
      <Facts
        rows={[
          [say("Decided"), KIND_WORDS[d.kind]],
          [say("Why"), d.reason],
          [say("On"), onText(d.assetCount, assetCount)],
          [say("Until"), dayText(d.expiresAt)],
          [
            say("By"),
            <span key="b">
              {d.createdBy} <Time at={d.createdAt} />
              {d.approvedBy && say(", approved by {approvedBy}", { approvedBy: d.approvedBy })}
            </span>,
          ],
          [say("Owner"), d.owner],
        ]}
      />
    </Panel>
  );
