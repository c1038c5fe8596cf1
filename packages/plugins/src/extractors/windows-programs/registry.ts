/** A key of the registry with its values, by name in lower case; numbers are decimal. */
export interface RegistryKey {
  readonly path: string;
  readonly values: ReadonlyMap<string, string>;
}

/** Longest line that is looked at (UTF-16 units); icons and certificates have longer ones. */
const MAX_LINE_CHARS = 4096;

/**
 * Keys of a registry export (`reg export`, regedit) or of what `reg query … /s` prints, in order. Never throws: lines that are neither are passed
 * over.
 */
export function* registryKeys(text: string): Generator<RegistryKey> {
  let path = "";
  let values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    if (line.length > MAX_LINE_CHARS) continue;
    const opened = keyOf(line);
    if (opened !== null) {
      if (path !== "") yield { path, values };
      path = opened;
      values = new Map();
      continue;
    }
    const found = exported(line) ?? queried(line);
    if (found !== null && !values.has(found[0])) values.set(found[0], found[1]);
  }
  if (path !== "") yield { path, values };
}

/** `[HKEY_LOCAL_MACHINE\SOFTWARE\…]` in an export, the same without brackets in a query; a hyphen in front deletes a key. */
const keyOf = (line: string): string | null => {
  const bare = line.startsWith("[") && line.endsWith("]") ? line.slice(1, -1) : line;
  return bare.startsWith("HKEY_") ? bare.trimEnd() : null;
};

const NAME_END = /^"((?:[^"\\]|\\.)*)"=/;
const TEXT = /^"((?:[^"\\]|\\.)*)"$/;

/** `"DisplayName"="Firefox"` or `"UBR"=dword:00000c11`. */
const exported = (line: string): [string, string] | null => {
  const name = NAME_END.exec(line);
  if (name?.[1] === undefined) return null;
  const value = line.slice(name[0].length).trimEnd();
  const text = TEXT.exec(value)?.[1];
  const number = /^dword:([0-9a-f]{1,8})$/i.exec(value)?.[1];
  if (text === undefined && number === undefined) return null;
  return [plain(name[1]).toLowerCase(), text === undefined ? String(Number.parseInt(number!, 16)) : plain(text)];
};

const plain = (text: string): string => text.replaceAll(/\\(.)/g, "$1");

/** `    DisplayName    REG_SZ    Firefox`, columns apart by four spaces. */
const queried = (line: string): [string, string] | null => {
  if (!line.startsWith("    ")) return null;
  const [name, type, ...rest] = line.slice(4).split("    ");
  if (name === undefined || type === undefined) return null;
  const value = rest.join("    ").trim();
  if (type === "REG_SZ" || type === "REG_EXPAND_SZ") return [name.toLowerCase(), value];
  const number = /^0x([0-9a-f]{1,8})$/i.exec(value)?.[1];
  return type === "REG_DWORD" && number !== undefined
    ? [name.toLowerCase(), String(Number.parseInt(number, 16))]
    : null;
};
