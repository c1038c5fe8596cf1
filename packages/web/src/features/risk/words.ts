import { type Criticality, CRITICALITIES, type Exposure, EXPOSURES } from "@zerotrace/core/finding/risk";
import { say } from "../../ui/texts.ts";

/** Each criticality in words. */
export const CRITICALITY_WORDS: Readonly<Record<Criticality, string>> = {
  critical: say("critical"),
  high: say("high"),
  normal: say("normal"),
  low: say("low"),
};

/** Each exposure in words. */
export const EXPOSURE_WORDS: Readonly<Record<Exposure, string>> = {
  internet: say("internet-facing"),
  internal: say("internal"),
  isolated: say("isolated"),
};

/** A chosen value, or null where nothing is. */
export const criticalityOf = (value: string): Criticality | null => CRITICALITIES.find((one) => one === value) ?? null;
/** A chosen value, or null where nothing is. */
export const exposureOf = (value: string): Exposure | null => EXPOSURES.find((one) => one === value) ?? null;
