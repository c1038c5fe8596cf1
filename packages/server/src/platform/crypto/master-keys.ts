import { AppError } from "@zerotrace/core";
import { open, seal, type SealContext, type SealingKey } from "./envelope.ts";
import { ensureKeyring, type KeySource, keysOf, keysOfVariable, type Keyring } from "./keyring.ts";

/** A data key as it is stored: sealed under a master key. */
export interface WrappedKey {
  readonly masterKeyId: string;
  /** Opaque; only the master keys that made it can open it. */
  readonly wrapped: string;
}

/** Who keeps the master keys: this machine, or a key management service. A new kind implements this and nothing else. */
export interface MasterKeys {
  /** The id of the key that wraps now. */
  currentId(): Promise<string>;
  /** Wraps a data key under the current master key, bound to the context. */
  wrap(key: Buffer, context: SealContext): Promise<WrappedKey>;
  /** The data key. Throws UNSEALABLE for another context, a changed text or a master key that is gone. */
  unwrap(wrapped: WrappedKey, context: SealContext): Promise<Buffer>;
}

/** Opens what master keys of this machine wrapped. Throws UNSEALABLE. */
export const unwrapLocally = (source: KeySource, wrapped: string, context: SealContext): Buffer => {
  const keys = keysOf(source);
  return open(wrapped, (id) => keys.find((key) => key.id === id)?.bytes, context);
};

const currentOf = (keys: Keyring): SealingKey => {
  const [first] = keys;
  if (first === undefined) throw new AppError("UNSEALABLE", "There is no master key: restore it from a backup.");
  return first;
};

/**
 * Master keys of this machine: those of the variable, then those of the file. Without either the file is made with a new key.
 * The file is read at each use, so that a rotation needs no restart. Throws BAD_CONFIG for a file that others may read.
 */
export const localMasterKeys = (source: KeySource): MasterKeys => {
  if (source.variable === undefined) ensureKeyring(source.path);
  else keysOfVariable(source.variable);
  return {
    currentId: async () => currentOf(keysOf(source)).id,
    wrap: async (key, context) => {
      const current = currentOf(keysOf(source));
      return { masterKeyId: current.id, wrapped: seal(current, key, context) };
    },
    unwrap: async ({ wrapped }, context) => unwrapLocally(source, wrapped, context),
  };
};
