/**
 * Finds the lines of texts that are asked for in the order in which the file holds them. One walk over the file for all
 * of them: after the first text that is not found nothing more is looked for, so a hostile file costs no more.
 */
export const lineFinder = (text: string): ((needle: string) => number | undefined) => {
  let at = 0;
  let line = 1;
  let isLost = false;
  return (needle) => {
    if (isLost) return undefined;
    const found = text.indexOf(needle, at);
    if (found < 0) {
      isLost = true;
      return undefined;
    }
    for (let end = text.indexOf("\n", at); end >= 0 && end < found; end = text.indexOf("\n", end + 1)) line++;
    at = found;
    return line;
  };
};

/** The line, from 1, of a place in the text; the walk over the text is done once. */
export const lineCounter = (text: string): ((at: number) => number) => {
  const starts = [0];
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", end + 1)) starts.push(end + 1);
  return (at) => {
    let low = 0;
    for (let high = starts.length; high - low > 1;) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= at) low = middle;
      else high = middle;
    }
    return low + 1;
  };
};

/** The lines, from 1, that are exactly `line`: where the tables of a TOML list begin. */
export const linesThatAre = (text: string, line: string): number[] => {
  const found: number[] = [];
  let number = 0;
  for (let start = 0; start <= text.length;) {
    number++;
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    if (text.startsWith(line, start) && text.slice(start, end).trimEnd() === line) found.push(number);
    start = end + 1;
  }
  return found;
};
