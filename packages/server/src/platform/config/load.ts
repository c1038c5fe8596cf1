import { AppError, messageOf } from "@zerotrace/core";
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as Yaml from "yaml";
import { isSealed } from "../crypto/envelope.ts";
import { keyringPath, type KeySource, keysOf } from "../crypto/keyring.ts";
import { openSetting } from "../crypto/sealed-settings.ts";
import {
  CONFIG_KEYS,
  type Config,
  type ConfigKey,
  environmentNames,
  isList,
  isSecret,
  meaningOf,
  readConfig,
} from "./schema.ts";

/** Where a value came from; the later wins. */
export type Origin = "default" | "file" | "environment" | "flag";
export interface Loaded {
  readonly config: Config;
  readonly origin: Readonly<Record<ConfigKey, Origin>>;
}
type Env = Readonly<Record<string, string | undefined>>;

export interface LoadOptions {
  /** Values of the command line by key; undefined ones are as if not given. */
  readonly flags?: Readonly<Partial<Record<ConfigKey, unknown>>>;
  /** The file of `--config`; without it `<dataDir>/zerotrace.yaml`, if there is one. */
  readonly file?: string;
  readonly env?: Env;
}

/** Loaded where there is a file to read: it is 70 modules, and most commands run without a file. */
const yaml = (): typeof Yaml => createRequire(import.meta.url)("yaml") as typeof Yaml;

const FILE_BYTES_MAX = 1024 * 1024;
const DEPTH_MAX = 8;

const wrong = (key: string, detail: string, cause?: unknown) =>
  new AppError("BAD_CONFIG", detail, { field: key, cause });

/** Replaces `${NAME}` and `${NAME:-default}` in every text of a value. Throws BAD_CONFIG for a name that is not set. */
export const expand = (value: unknown, env: Env, key = "", depth = 0): unknown => {
  if (depth > DEPTH_MAX) throw wrong(key, `The value of ${key} nests too deep: flatten it.`);
  if (typeof value === "string") {
    return value.replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g, (_, name: string, otherwise?: string) => {
      const found = env[name] === "" && otherwise !== undefined ? otherwise : (env[name] ?? otherwise);
      if (found === undefined)
        throw wrong(key, `${key} names the variable ${name}, which is not set: set it or write \${${name}:-default}.`);
      return found;
    });
  }
  if (Array.isArray(value)) return value.map((one) => expand(one, env, key, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, expand(one, env, key === "" ? name : key, depth + 1)]),
  );
};

const readText = (path: string, mustExist: boolean): string | null => {
  try {
    if (statSync(path).size > FILE_BYTES_MAX) throw new Error(`it is larger than ${FILE_BYTES_MAX} bytes`);
    return readFileSync(path, "utf8");
  } catch (cause) {
    if (!mustExist && (cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw wrong("config", `${path} cannot be read: ${messageOf(cause)}. Correct --config or the file.`, cause);
  }
};

const fromFile = (path: string, mustExist: boolean, env: Env): Record<string, unknown> => {
  const text = readText(path, mustExist);
  if (text === null) return {};
  let value: unknown;
  try {
    value = yaml().parse(text, { maxAliasCount: 10 }) ?? {};
  } catch (cause) {
    throw wrong("config", `${path} is not valid YAML or JSON: ${messageOf(cause)}. Correct it.`, cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrong("config", `${path} must hold names and values: write lines such as port: 8080.`);
  }
  return expand(value, env) as Record<string, unknown>;
};

type Values = Readonly<Record<string, unknown>>;

/** Where the master keys come from, by the highest layer that says so. */
const keySourceOf = (layers: readonly Values[]): KeySource => {
  const [variable, masterKeyFile, dataDir] = ["masterKey", "masterKeyFile", "dataDir"].map(
    (key) => layers.find((one) => key in one)?.[key],
  );
  const given = Object.entries({ masterKeyFile, dataDir }).filter(([, value]) => value !== undefined);
  const config = check(Object.fromEntries(given), {});
  const path = config.masterKeyFile ?? keyringPath(config.dataDir);
  return { variable: typeof variable === "string" ? variable : undefined, path };
};

/** Opens every sealed value of the file, the entries of lists too. Throws BAD_CONFIG that names the setting. */
const openSealed = (file: Values, source: KeySource): Record<string, unknown> => {
  const opened = (key: string, value: unknown): unknown => {
    if (typeof value === "string" && isSealed(value)) return openSetting(keysOf(source), key, value);
    return Array.isArray(value) ? value.map((one) => opened(key, one)) : value;
  };
  return Object.fromEntries(Object.entries(file).map(([key, value]) => [key, opened(key, value)]));
};

const listOf = (text: string): string[] =>
  text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");

const fromEnvironment = (env: Env): Record<string, unknown> => {
  const values: Record<string, unknown> = {};
  for (const key of CONFIG_KEYS) {
    const found = environmentNames(key)
      .map((name) => env[name])
      .find((one) => one !== undefined && one !== "");
    if (found !== undefined) values[key] = isList(key) ? listOf(found) : found;
  }
  return values;
};

/** Refuses an empty text by the name of what holds it: it is no value, and as a number it would be 0. */
const refuseEmpty = (key: string, value: unknown, from: Origin): void => {
  if (typeof value !== "string" || value.trim() !== "") return;
  const flag = `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const [what, mend] = from === "flag" ? [flag, "leave the flag out"] : [`${key} in the file`, "remove the line"];
  throw wrong(key, `${what} is empty: give a value, or ${mend} for the default.`);
};

const isGiven = (value: unknown): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0);

const check = (values: Record<string, unknown>, origin: Readonly<Record<string, Origin>>): Config => {
  const read = readConfig(values);
  if (!("why" in read)) return read;
  const { name, why } = read;
  if (why === null) throw wrong(name, `There is no setting ${name}: the settings are ${CONFIG_KEYS.join(", ")}.`);
  const key = name as ConfigKey;
  const from = origin[key] ?? "default";
  const names = environmentNames(key).join(" or ");
  const where = { default: "", file: " in the file", environment: ` in ${names}`, flag: " on the command line" }[from];
  const meaning = meaningOf(key).replace(/^./, (c) => c.toLowerCase());
  throw wrong(key, `${key}${where} is not valid (${why}). Expected: ${meaning}.`);
};

/** What each layer says, the file as it is written; where the file lies, and where the master keys come from. Throws BAD_CONFIG. */
export const readLayers = (options: LoadOptions) => {
  const env = options.env ?? process.env;
  const flags = Object.fromEntries(Object.entries(options.flags ?? {}).filter(([, value]) => isGiven(value)));
  const environment = fromEnvironment(env);
  for (const [key, value] of Object.entries(flags)) refuseEmpty(key, value, "flag");
  const dataDir = flags["dataDir"] ?? environment["dataDir"];
  const folder = check(dataDir === undefined ? {} : { dataDir }, {}).dataDir;
  const path = options.file ?? join(folder, "zerotrace.yaml");
  const written = fromFile(path, options.file !== undefined, env);
  if ("masterKey" in written) {
    throw wrong("masterKey", "A master key does not belong beside what it seals: give it as ZEROTRACE_MASTER_KEY.");
  }
  return { flags, environment, written, path, keys: keySourceOf([flags, environment, written]) };
};

/**
 * The configuration: defaults, then the file, then the environment, then flags. Throws BAD_CONFIG that names the key and the mend;
 * so for an empty value of a flag or the file, while an empty variable counts as not set. Sealed values of the file are opened.
 * `dataDir` is absolute, and `masterKeyFile` is there.
 * The only place that reads the process's environment.
 */
export const loadConfig = (options: LoadOptions = {}): Loaded => {
  const { flags, environment, written, keys } = readLayers(options);
  const file = openSealed(written, keys);
  const origin = Object.fromEntries(CONFIG_KEYS.map((key) => [key, "default"])) as Record<ConfigKey, Origin>;
  const values: Record<string, unknown> = {};
  const layers = { file, environment, flag: flags };
  for (const [from, layer] of Object.entries(layers)) {
    for (const [key, value] of Object.entries(layer)) {
      if (value === undefined || value === null) continue;
      refuseEmpty(key, value, from as Origin);
      values[key] = value;
      origin[key as ConfigKey] = from as Origin;
    }
  }
  const config = check(values, origin);
  return { config: { ...config, masterKeyFile: keys.path }, origin };
};

/** Every setting in order with its value (secrets hidden), where it came from and what it is for. */
export const describeConfig = ({ config, origin }: Loaded) =>
  CONFIG_KEYS.map((key) => {
    const value = config[key];
    const shown = isSecret(key) && value !== undefined ? "[redacted]" : (value ?? null);
    return { key, value: shown, origin: origin[key], environment: environmentNames(key), meaning: meaningOf(key) };
  });
