import { Link } from "@tanstack/react-router";
import type { FindingDetail } from "../../api.ts";
import { count, plural } from "../../ui/format.ts";
import { Time } from "../../ui/marks.tsx";
import { Facts, Panel } from "../../ui/panel.tsx";
import { dayText, KIND_WORDS } from "./words.ts";

const onText = (assets: number, all: number): string => {
  if (assets < all) return `${count(assets)} of ${plural(all, "asset")}; it stays open on the others`;
  return all === 1 ? "its only asset" : `all ${plural(all, "asset")}`;
};

/** Who decided what of a finding, why, where and until when. */
export const Decided = ({ finding: { decision: d, assetCount } }: { finding: FindingDetail }) =>
  d && (
    <Panel
      title="Decision"
      aside={
        <Link to="/decisions" search={{ state: "active" }} className="link">
          All decisions
        </Link>
      }
    >
      <Facts
        rows={[
          ["Decided", KIND_WORDS[d.kind]],
          ["Why", d.reason],
          ["On", onText(d.assetCount, assetCount)],
          ["Until", dayText(d.expiresAt)],
          [
            "By",
            <span key="b">
              {d.createdBy} <Time at={d.createdAt} />
              {d.approvedBy && `, approved by ${d.approvedBy}`}
            </span>,
          ],
          ["Owner", d.owner],
        ]}
      />
    </Panel>
  );
