const MAX_LINES = 20_000;
const ALIASES = ["stable", "oldstable", "oldoldstable"];

/**
 * The part of a host's apt sources that this feed refreshes: `deb` lines whose suite is the release itself, its
 * security or its updates suite. Backports, proposed, source packages and other people's suites fall away here, so that
 * nothing is fetched from them; what is left must still carry the distribution's Origin. Options (Signed-By) are kept.
 */
export function ownSources(text: string, format: "list" | "sources", codename: string): string {
  const lines = text.split("\n").slice(0, MAX_LINES);
  return format === "list" ? ownLines(lines, codename) : ownStanzas(lines, codename);
}

const isOwnSuite = (suite: string, codename: string): boolean => {
  const base = suite.replace(/(-security|-updates|\/updates)$/, "");
  return base === codename || ALIASES.includes(base);
};

function ownLines(lines: readonly string[], codename: string): string {
  const kept = lines.filter((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?\S+\s+(\S+)/.exec(line);
    return match !== null && isOwnSuite(match[1] as string, codename);
  });
  return kept.map((line) => `${line.trim()}\n`).join("");
}

function ownStanzas(lines: readonly string[], codename: string): string {
  const kept: string[] = [];
  for (const stanza of splitStanzas(lines)) {
    const value = (field: string): string[] => {
      const line = stanza.find((each) => each.toLowerCase().startsWith(`${field}:`));
      return line === undefined
        ? []
        : line
            .slice(field.length + 1)
            .trim()
            .split(/\s+/);
    };
    const suites = value("suites").filter((suite) => isOwnSuite(suite, codename));
    const off = ["no", "false", "off", "disable"].includes((value("enabled")[0] ?? "yes").toLowerCase());
    if (suites.length === 0 || off || !value("types").includes("deb")) continue;
    const other = stanza.filter((line) => !/^(suites|types):/i.test(line));
    kept.push(["Types: deb", `Suites: ${suites.join(" ")}`, ...other].join("\n"));
  }
  return kept.map((stanza) => `${stanza}\n`).join("\n");
}

/** Folded `Suites:` are rare; continuation lines of them are joined so that the filter sees all. */
function splitStanzas(lines: readonly string[]): string[][] {
  const stanzas: string[][] = [];
  let stanza: string[] = [];
  for (const line of [...lines, ""]) {
    if (line.startsWith("#")) continue;
    if (line.trim() === "") {
      if (stanza.length > 0) stanzas.push(stanza);
      stanza = [];
    } else if (/^\s/.test(line) && /^(suites|types|uris|components|enabled):/i.test(stanza.at(-1) ?? "")) {
      stanza[stanza.length - 1] += ` ${line.trim()}`;
    } else {
      stanza.push(line);
    }
  }
  return stanzas;
}
