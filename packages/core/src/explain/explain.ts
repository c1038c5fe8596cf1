import { isEnded, isEndOfLife, systemCycle } from "../advisory/life-cycle.ts";
import { systemOfEcosystem } from "../advisory/systems.ts";
import { judgedAs } from "../component/component.ts";
import { fixNeeds } from "../component/editions.ts";
import type { AdvisoryIndex } from "../match/open.ts";
import type { ExplainedRange } from "../match/types.ts";
import { schemeFor } from "../version/index.ts";
import { isClosedBy } from "../vex/vex.ts";
import { decide, sourceWords } from "./decide.ts";
import type { ExplainQuestion, ExplainStep, Explanation } from "./explanation.ts";
import { type Group, groupsOf } from "./groups.ts";
import { rangeWords, vexWords } from "./words.ts";

const note = (says: string): ExplainStep => ({ outcome: "note", advisory: null, record: null, says });

/** What is to be known besides the records: ownership, the source package, the system's end, the sources. */
const notesOf = (index: AdvisoryIndex, question: ExplainQuestion, ecosystem: string): ExplainStep[] => {
  const { component, now } = question;
  const { name, version } = judgedAs(component);
  const notes: ExplainStep[] = [];
  const own = `${component.name} ${component.version}`;
  if (component.ownedBy)
    notes.push(note(`${own} lies in files of ${name} ${version} (${ecosystem}) and has no findings of its own`));
  else if (component.source) notes.push(note(`${own} is built from ${name} ${version}, of which advisories speak`));
  const system = systemOfEcosystem(ecosystem);
  const cycle = system && systemCycle(index.lifeCycles(), system.id, system.version);
  if (cycle && isEnded(cycle, now)) {
    const when = cycle.endsAt === "ended" || cycle.endsAt === null ? "" : ` on ${cycle.endsAt}`;
    notes.push(
      note(`${ecosystem} reached its end of life${when}: what is found since may be missing from its records`),
    );
  }
  const sources = sourceWords(index, ecosystem);
  if (sources !== "") notes.push(note(`Sources of ${ecosystem}: ${sources}`));
  return notes;
};

/** What a list of versions says of the one asked for: it stands in it, and no fix can be told from that. */
const isBareList = (r: ExplainedRange, version: string): boolean =>
  r.outcome === "affected" && r.introduced === version && r.fixedIn === null && r.lastAffected === null;

/** Without what a record says twice, and without its list, or the silence of it, where one of its ranges speaks. */
const withoutEchoes = (
  steps: readonly ExplainStep[],
  ranges: readonly ExplainedRange[],
  version: string,
): ExplainStep[] => {
  const seen = new Set<string>();
  const speaking = new Set(ranges.filter((r) => r.outcome !== "not_listed").map((r) => r.recordId));
  const hasRange = new Set(
    ranges.filter((r) => r.outcome === "affected" && !isBareList(r, version)).map((r) => r.recordId),
  );
  return steps.filter(({ record, says }, i) => {
    const key = `${record} ${says}`;
    const isEcho =
      seen.has(key) ||
      (ranges[i]!.outcome === "not_listed" && speaking.has(record ?? "")) ||
      (isBareList(ranges[i]!, version) && hasRange.has(record ?? ""));
    seen.add(key);
    return !isEcho;
  });
};

const stepsOf = (groups: readonly Group[], version: string): ExplainStep[] =>
  groups.flatMap((group): ExplainStep[] => {
    const { ruling } = group;
    const said: ExplainStep[] =
      ruling === null
        ? []
        : [
            {
              outcome: isClosedBy(ruling.status) ? "not_affected" : ruling.status === "affected" ? "affected" : "note",
              advisory: group.id,
              record: null,
              says: `VEX: ${vexWords(ruling)}`,
            },
          ];
    const records = group.ranges.map((r): ExplainStep => {
      const urgency = r.urgency === "" || fixNeeds(r.urgency) !== "" ? "" : ` (urgency ${r.urgency})`;
      return {
        outcome: r.outcome === "affected" ? "affected" : r.outcome === "unparsable" ? "unknown" : "not_affected",
        advisory: group.id,
        record: r.recordId,
        says: `${rangeWords(r, version)}${urgency}`,
      };
    });
    return [...said, ...withoutEchoes(records, group.ranges, version)];
  });

/**
 * Why a component is affected, not affected or unknown: the chain of records, ranges and rules of the index, and of the VEX
 * statement that decides. Pure; the same index and question give the same texts. Never throws.
 */
export const explainComponent = (index: AdvisoryIndex, question: ExplainQuestion): Explanation => {
  const { component } = question;
  const judged = judgedAs(component);
  const { ecosystem, name, version } = judged;
  const wanted = question.advisory?.toUpperCase();
  const isWanted = (r: ExplainedRange): boolean =>
    wanted === undefined || [r.group.id, ...r.group.aliases, r.recordId].some((id) => id.toUpperCase() === wanted);
  const ranges = index
    .explain(ecosystem, name, version)
    // Cycles that the version is not in say nothing of it.
    .filter((r) => isWanted(r) && (wanted !== undefined || r.outcome === "affected" || !isEndOfLife(r.recordId)));
  const groups = groupsOf(ranges, schemeFor(ecosystem), question.ruling);
  const steps = [...notesOf(index, question, ecosystem), ...stepsOf(groups, version)];
  return { judged, ...decide(index, question, groups), steps, ranges };
};
