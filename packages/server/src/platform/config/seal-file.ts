import { AppError, messageOf } from "@zerotrace/core";
import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Document } from "yaml";
import { isSealed } from "../crypto/envelope.ts";
import { ensureKeyring, type Keyring, type KeySource, keysOf, rotateKeyring } from "../crypto/keyring.ts";
import { isSealedByOld, openSetting, sealSetting } from "../crypto/sealed-settings.ts";
import { type LoadOptions, readLayers } from "./load.ts";
import { CONFIG_KEYS, type ConfigKey } from "./schema.ts";

export type SealOptions = Pick<LoadOptions, "flags" | "file" | "env">;

const yaml = (): typeof import("yaml") => createRequire(import.meta.url)("yaml") as typeof import("yaml");

const wrong = (field: string, detail: string) => new AppError("BAD_CONFIG", detail, { field });

/** The master keys, made where there are none. */
const keysFor = (source: KeySource): Keyring => {
  if (source.variable === undefined) ensureKeyring(source.path);
  return keysOf(source);
};

const known = (setting: string): ConfigKey => {
  const found = CONFIG_KEYS.find((key) => key === setting);
  if (found !== undefined && found !== "masterKey" && found !== "masterKeyFile" && found !== "dataDir") return found;
  throw wrong(setting, `There is no setting ${setting} that can be sealed: zerotrace config check names them.`);
};

const documentOf = (path: string): Document => {
  try {
    return yaml().parseDocument(readFileSync(path, "utf8"));
  } catch (cause) {
    throw wrong("config", `${path} cannot be read: ${messageOf(cause)}.`);
  }
};

/** Replaces the file as a whole; it keeps its mode. */
const writeDocument = (path: string, document: Document): void => {
  const next = `${path}.${randomBytes(4).toString("hex")}`;
  writeFileSync(next, String(document), { mode: statSync(path).mode & 0o777, flag: "wx", flush: true });
  renameSync(next, path);
};

const quoted = (document: Document, value: string) => {
  const node = document.createNode(value);
  node.type = "QUOTE_DOUBLE"; // as it must be in JSON
  return node;
};

const textIn = (document: Document, setting: string): string => {
  const value = document.get(setting);
  if (typeof value === "string" && value !== "") return value;
  throw wrong(setting, `The file has no text under ${setting}: write one there first.`);
};

/**
 * Seals a setting's value. With a value: answers the sealed text for the file, and writes nothing. Without: seals in the file what
 * stands there, its comments stay, and answers what it wrote. Makes the master key where there is none. Throws BAD_CONFIG.
 */
export const encryptSetting = (options: SealOptions, setting: string, value?: string): string => {
  const name = known(setting);
  const { path, keys } = readLayers(options);
  if (value !== undefined) {
    if (value === "") throw wrong(name, `There is no value to seal for ${name}: give it on standard input.`);
    return sealSetting(keysFor(keys), name, value);
  }
  const document = documentOf(path);
  const written = textIn(document, name);
  if (isSealed(written)) throw wrong(name, `${name} is sealed already: zerotrace config decrypt shows it.`);
  const sealed = sealSetting(keysFor(keys), name, written);
  document.set(name, quoted(document, sealed));
  writeDocument(path, document);
  return sealed;
};

/** The value of a setting that is sealed in the file; `write` also puts it there in the open. Throws BAD_CONFIG. */
export const decryptSetting = (options: SealOptions, setting: string, { write }: { write: boolean }): string => {
  const name = known(setting);
  const { path, keys } = readLayers(options);
  const document = documentOf(path);
  const sealed = textIn(document, name);
  if (!isSealed(sealed)) throw wrong(name, `${name} is not sealed in ${path}.`);
  const value = openSetting(keysOf(keys), name, sealed);
  if (write) {
    document.set(name, quoted(document, value));
    writeDocument(path, document);
  }
  return value;
};

/** Every text of the file that an older key sealed, with the way to it. */
const oldIn = (document: Document, keys: Keyring): { path: [string, ...number[]]; sealed: string }[] => {
  const values = (document.toJS() ?? {}) as Record<string, unknown>;
  return Object.entries(values).flatMap(([name, value]) => {
    const all = Array.isArray(value)
      ? value.map((one, at) => ({ path: [name, at] as const, one: one as unknown }))
      : [];
    return [{ path: [name] as const, one: value }, ...all].flatMap(({ path, one }) =>
      typeof one === "string" && isSealedByOld(keys, one)
        ? [{ path: [...path] as [string, ...number[]], sealed: one }]
        : [],
    );
  });
};

/**
 * Puts a new master key first and seals the file's sealed values anew; older keys go on opening. With ZEROTRACE_MASTER_KEY the new key
 * is the operator's to put first, and only the values are sealed anew. A running server takes the new key by itself and
 * puts its data keys under it. Throws BAD_CONFIG, and then leaves the file as it was.
 */
export const rotateSettings = (options: SealOptions): { keyId: string; settings: string[]; isNew: boolean } => {
  const { path, keys: source, written } = readLayers(options);
  const isNew = source.variable === undefined;
  if (isNew) rotateKeyring(source.path);
  const keys = keysFor(source);
  const settings: string[] = [];
  if (Object.keys(written).length > 0) {
    const document = documentOf(path);
    for (const { path: at, sealed } of oldIn(document, keys)) {
      const next = sealSetting(keys, at[0], openSetting(keys, at[0], sealed));
      document.setIn(at, quoted(document, next));
      settings.push(at[0]);
    }
    if (settings.length > 0) writeDocument(path, document);
  }
  return { keyId: keys[0]?.id ?? "", settings, isNew };
};
