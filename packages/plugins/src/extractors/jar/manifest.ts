/** Attributes of a manifest (count). */
const MAX_ATTRIBUTES = 10_000;
const ATTRIBUTE = /^([A-Za-z0-9][\w-]{0,69}): ?(.*)$/;

/**
 * Attributes of a META-INF/MANIFEST.MF by their name in lower case, continued lines joined. Those of its sections count
 * where the main one has none: old archives describe themselves there.
 */
export const manifestOf = (text: string): ReadonlyMap<string, string> => {
  const attributes = new Map<string, string>();
  let name = "";
  let value: string[] = [];
  const keep = (): void => {
    if (name !== "" && !attributes.has(name) && attributes.size < MAX_ATTRIBUTES)
      attributes.set(name, value.join("").trim());
    name = "";
  };
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line.startsWith(" ")) {
      value.push(line.slice(1));
      continue;
    }
    keep();
    const found = ATTRIBUTE.exec(line);
    if (found !== null) [name, value] = [(found[1] as string).toLowerCase(), [found[2] as string]];
  }
  keep();
  return attributes;
};

/** Java properties as Maven writes them: `key=value`, no continued lines. */
export const propertiesOf = (text: string): ReadonlyMap<string, string> => {
  const properties = new Map<string, string>();
  for (const line of text.split(/\r\n|\r|\n/)) {
    const at = line.indexOf("=");
    if (at > 0 && !line.startsWith("#")) properties.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  return properties;
};
