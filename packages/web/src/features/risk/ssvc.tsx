import type { FindingDetail } from "../../api.ts";
import { Facts, Panel } from "../../ui/panel.tsx";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

type Ssvc = FindingDetail["assessment"]["ssvc"];

/** The decision as CISA writes it. */
const WORDS: Readonly<Record<Ssvc["decision"], string>> = {
  act: "Act",
  attend: "Attend",
  "track*": "Track*",
  track: "Track",
};
const SAYS: Readonly<Record<Ssvc["decision"], string>> = {
  act: say("Fix it as soon as possible; leadership should know."),
  attend: say("Fix it sooner than the usual updates; supervisors should know."),
  "track*": say("Fix it with the usual updates, and watch it closely."),
  track: say("Fix it with the usual updates."),
};

const Point = ({ point }: { point: { readonly value: string; readonly says: string; readonly from: string } }) => (
  <>
    <span className="mono">{told(point.value)}</span>{" "}
    <span className={point.from === "assumed" ? "text-warn" : "text-dim"}>{told(point.says)}</span>
  </>
);

/** What CISA's tree decides of a finding here, and what that rests on. */
export const SsvcPanel = ({ ssvc }: { ssvc: Ssvc }) => (
  <Panel
    title={say("SSVC decision")}
    aside={ssvc.isDerived ? say("derived: CISA has not published every point") : say("by CISA's decision points")}
  >
    <p className="text-xl font-semibold">{WORDS[ssvc.decision]}</p>
    <p className="mb-3 text-dim">{SAYS[ssvc.decision]}</p>
    <Facts
      rows={[
        [say("Exploitation"), <Point key="e" point={ssvc.exploitation} />],
        [say("Automatable"), <Point key="a" point={ssvc.automatable} />],
        [say("Technical impact"), <Point key="t" point={ssvc.technicalImpact} />],
        [say("Mission"), <Point key="m" point={ssvc.mission} />],
      ]}
    />
  </Panel>
);
