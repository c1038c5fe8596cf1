import { readStored, writeStored } from "./stored.ts";

const isZone = (zone: string): boolean => {
  try {
    return Intl.DateTimeFormat("en", { timeZone: zone }).format() !== "";
  } catch {
    return false;
  }
};

/** The time zone that this browser shows exact times in; UTC unless another was chosen, as the server's and the API's are. */
export const zoneChosen = (): string => {
  const stored = readStored("zone");
  return stored !== null && isZone(stored) ? stored : "UTC";
};

/** The zone that the system is set to. */
export const zoneOfSystem = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** Every zone that can be chosen: UTC, the system's, then all by name. */
export const zones = (): string[] => [...new Set(["UTC", zoneOfSystem(), ...Intl.supportedValuesOf("timeZone")])];

/** Chooses the zone of this browser and loads the page anew in it. */
export const chooseZone = (zone: string): void => {
  writeStored("zone", zone === "UTC" ? null : zone);
  location.reload();
};
