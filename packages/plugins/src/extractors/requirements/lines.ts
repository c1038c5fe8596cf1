/** One line of a requirements file, continued lines joined. */
export interface RequirementLine {
  readonly text: string;
  /** Where it begins, from 1. */
  readonly line: number;
  /** What pip-compile and uv note after `# via`: names, `-r file`, `project (pyproject.toml)`. Empty without notes. */
  readonly via: readonly string[];
}

interface OpenLine extends RequirementLine {
  readonly via: string[];
}

/** What follows `# via`; null when the comment is another. */
const viaOf = (comment: string): string | null => {
  const text = comment.slice(1).trim();
  return text === "via" ? "" : text.startsWith("via ") ? text.slice(4) : null;
};

/** A comment begins the line or follows a space. */
const COMMENT = /(?:^|\s)#/;

/** The lines that say something, in the order of the file. Linear. */
export const linesOf = (text: string): RequirementLine[] => {
  const lines: OpenLine[] = [];
  let parts: string[] = [];
  let start = 0;
  let inVia = false;
  const note = (comment: string): void => {
    const last = lines.at(-1);
    const via = viaOf(comment);
    inVia = via !== null || (inVia && comment.startsWith("#   "));
    const said = via ?? comment.slice(1);
    if (inVia && last !== undefined && said.trim() !== "") last.via.push(...said.split(",").map((one) => one.trim()));
  };
  const close = (): void => {
    const joined = parts.join(" ").trim();
    parts = [];
    if (joined !== "") lines.push({ text: joined, line: start, via: [] });
  };
  text.split("\n").forEach((raw, at) => {
    const trimmed = raw.trim();
    const found = trimmed.search(COMMENT);
    const comment = found < 0 ? "" : trimmed.slice(found).trim();
    const body = found < 0 ? trimmed : trimmed.slice(0, found).trimEnd();
    if (parts.length === 0) start = at + 1;
    if (body !== "") inVia = false;
    if (comment === "" && body.endsWith("\\")) {
      parts.push(body.slice(0, -1).trimEnd());
      return;
    }
    // A comment within a continued line ends it.
    if (body !== "") parts.push(body);
    close();
    if (comment !== "") note(comment);
  });
  close();
  return lines;
};
