/** One entry of a yarn.lock, classic or berry; berry's YAML is as regular as the older form. */
export interface Block {
  /** What the entry answers: `left-pad@^1.0.0`, `left-pad@npm:^1.0.0`. */
  readonly specs: readonly string[];
  /** Fields on the first level: version, resolved, resolution … */
  readonly fields: ReadonlyMap<string, string>;
  /** Names and ranges of `dependencies` and `optionalDependencies`. */
  readonly needs: readonly (readonly [name: string, range: string])[];
  /** From 1. */
  readonly line: number;
}

interface OpenBlock extends Block {
  readonly fields: Map<string, string>;
  readonly needs: (readonly [string, string])[];
}

const NEEDED = new Set(["dependencies", "optionalDependencies"]);

/** The entries of a yarn.lock in the order of the file; `problem` hears of lines that belong to none. Linear. */
export const blocksOf = (text: string, problem: (text: string) => void): Block[] => {
  const blocks: OpenBlock[] = [];
  let block: OpenBlock | null = null;
  let list = "";
  let number = 0;
  for (const raw of text.split("\n")) {
    number++;
    const line = raw.trimEnd();
    const body = line.trimStart();
    // A lone colon ends a key so long that YAML writes it after a question mark.
    if (body === "" || body.startsWith("#") || line === ":") continue;
    const indent = line.length - body.length;
    if (indent === 0) {
      block = { specs: specsOf(body), fields: new Map(), needs: [], line: number };
      blocks.push(block);
      list = "";
    } else if (block === null) {
      problem(`line ${number}: it belongs to no entry`);
    } else {
      const [key, value] = pairOf(body);
      if (indent > 2) {
        if (NEEDED.has(list)) block.needs.push([key, value]);
      } else if (value === "") list = key;
      else {
        list = "";
        if (!block.fields.has(key)) block.fields.set(key, value);
      }
    }
  }
  return blocks;
};

/** `a@^1, a@^2:` or `"a@^1", "b@^2":` or `"a@npm:^1, a@npm:^2":` */
const specsOf = (header: string): string[] => {
  const head = header.startsWith("? ") ? header.slice(2) : header;
  const bare = head.endsWith(":") ? head.slice(0, -1) : head;
  return bare
    .replaceAll('"', "")
    .split(", ")
    .map((spec) => spec.trim())
    .filter((spec) => spec !== "");
};

/** `version "1.0.0"`, `version: 1.0.0`, `"@a/b" "^1"`, `"@a/b": "npm:^1"`. */
const pairOf = (body: string): [string, string] => {
  const quote = body.startsWith('"') ? body.indexOf('"', 1) : -1;
  const space = body.indexOf(" ");
  const end = quote > 0 ? quote + 1 : space < 0 ? body.length : space;
  const key = unquoted(body.slice(0, end).replace(/:$/, ""));
  const rest = body.slice(end);
  return [key, unquoted((rest.startsWith(":") ? rest.slice(1) : rest).trim())];
};

const unquoted = (text: string): string =>
  text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
