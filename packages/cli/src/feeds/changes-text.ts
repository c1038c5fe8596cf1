import type { ChangeCounts, ChangeKind } from "@zerotrace/plugins";
import type { Answer, contract } from "@zerotrace/sdk";
import { counted } from "../output/headline.ts";

/** What a change is called where it is counted. */
const WORDS: Readonly<Record<ChangeKind, string>> = {
  new: "new",
  withdrawn: "withdrawn",
  restored: "no longer withdrawn",
  removed: "gone",
  ranges: "other ranges",
  severity: "other severity",
  names: "other names",
  text: "other text",
  kev_added: "now known exploited",
  kev_removed: "no longer listed as exploited",
  epss: "EPSS moved",
};

/** A change's reason in words. */
export const changeWord = (kind: ChangeKind): string => WORDS[kind];

/** One sentence of how much changed. */
export const changesSentence = (counts: Readonly<Record<string, number>> | ChangeCounts): string => {
  const parts = (Object.keys(WORDS) as ChangeKind[]).flatMap((kind) => {
    const count = (counts as Readonly<Record<string, number>>)[kind] ?? 0;
    return count === 0 ? [] : [`${count.toLocaleString("en")} ${WORDS[kind]}`];
  });
  return parts.length === 0 ? "No advisory changed" : `Advisories: ${parts.join(", ")}`;
};

type Effect = NonNullable<Answer<typeof contract.feeds.importBundle>["effect"]>;

/** What a bundle would do to the company whose server it is, in one sentence. */
export const effectSentence = (effect: Effect): string => {
  const { componentCount, changedComponentCount, openedCount, opened, closedCount, movedCount, rescoredCount } = effect;
  const of = `of ${counted(componentCount, "component")}`;
  const rescored = rescoredCount === 0 ? "" : `, ${counted(rescoredCount, "finding")} with another risk`;
  if (changedComponentCount === 0) return `No verdict changes: none ${of} is judged otherwise${rescored}`;
  const severities = Object.entries(opened).flatMap(([severity, count]) => (count > 0 ? [`${count} ${severity}`] : []));
  const told = severities.length === 0 ? "" : ` (${severities.join(", ")})`;
  const moved = movedCount === 0 ? "" : `, ${movedCount.toLocaleString("en")} with another fix`;
  const findings = `${counted(openedCount, "new finding")}${told}, ${closedCount.toLocaleString("en")} closed${moved}`;
  return `${changedComponentCount.toLocaleString("en")} ${of} judged otherwise: ${findings}${rescored}`;
};

/** `16.0 MB` */
export const megabytes = (bytes: number): string =>
  bytes < 100_000 ? `${(bytes / 1000).toFixed(1)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
