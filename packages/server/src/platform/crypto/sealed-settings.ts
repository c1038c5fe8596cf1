import { AppError, messageOf } from "@zerotrace/core";
import { isSealed, keyIdOf, open, seal } from "./envelope.ts";
import type { Keyring } from "./keyring.ts";

/** What a sealed setting is bound to: it opens nowhere but under its own name. */
const contextOf = (setting: string): readonly string[] => ["config", setting];

/** A setting's value as the file may hold it. Throws BAD_CONFIG when there is no master key. */
export const sealSetting = (keys: Keyring, setting: string, value: string): string => {
  const [key] = keys;
  if (key === undefined) throw new AppError("BAD_CONFIG", "There is no master key to seal with.", { field: setting });
  return seal(key, value, contextOf(setting));
};

/** The value of a sealed setting. Throws BAD_CONFIG that names the setting and never a value. */
export const openSetting = (keys: Keyring, setting: string, sealed: string): string => {
  try {
    return open(sealed, (id) => keys.find((key) => key.id === id)?.bytes, contextOf(setting)).toString("utf8");
  } catch (error) {
    const mend = "Give the master key that sealed it, or seal it again with `zerotrace config encrypt`.";
    throw new AppError("BAD_CONFIG", `${setting} in the file: ${messageOf(error)} ${mend}`, { field: setting });
  }
};

/** Whether another key than the one that seals now sealed this value. */
export const isSealedByOld = (keys: Keyring, sealed: string): boolean =>
  isSealed(sealed) && keyIdOf(sealed) !== keys[0]?.id;
