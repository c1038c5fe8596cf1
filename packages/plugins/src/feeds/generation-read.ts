import { AppError, messageOf } from "@zerotrace/core";
import { type Block, type Container, openContainer, type Place } from "./generation-container.ts";
import { applyDelta } from "./generation-delta.ts";
import { decodeEpss, NO_EPSS } from "./generation-epss.ts";
import { type EpssTable, type Generation, type Line, type LineSection, shortHash } from "./generation-format.ts";
import { keyedLines } from "./generation-lines.ts";

const damaged = (container: Container, error: unknown): AppError =>
  error instanceof AppError
    ? error
    : new AppError(
        "BAD_FEED",
        `${container.path} is not a generation that can be used: ${messageOf(error)}. Nothing was applied.`,
        { cause: error },
      );

/** The lines of blocks that hold keyed lines; those after the first block must go on where it ended. */
function* linesOf(container: Container, section: LineSection, from: string): Generator<Line> {
  const blocks = container.blocks.filter((block) => block.section === section);
  let first = 0;
  while (first + 1 < blocks.length && (blocks[first + 1] as Block).firstKey <= from) first++;
  let before = "";
  try {
    for (const block of blocks.slice(first)) {
      let count = 0;
      for (const line of keyedLines(container.read(block))) {
        if (line.key <= before) throw new Error("its lines are not sorted");
        before = line.key;
        count++;
        if (line.key >= from) yield line;
      }
      if (count !== block.lineCount) throw new Error("a block has another number of lines than it says");
    }
  } catch (error) {
    throw damaged(container, error);
  }
}

const readEpss = (container: Container): EpssTable => {
  const block = container.blocks.find(({ section }) => section === "epss");
  if (block === undefined) return NO_EPSS;
  try {
    return decodeEpss(container.read(block));
  } catch (error) {
    throw damaged(container, error);
  }
};

/**
 * Opens a generation file. A delta needs `baseOf`, which answers the generation of a hash or null. The content is checked
 * as it is read; whether it is what its hash says only the reader of all of it knows. Throws AppError BAD_FEED; CONFLICT
 * when a delta's base is not at hand.
 */
export const openGeneration = (place: Place, baseOf: (hash: string) => Generation | null = () => null): Generation => {
  const container = openContainer(place);
  const { meta } = container;
  if (meta.kind === "full") {
    return {
      meta,
      lines: (section, from = "") => linesOf(container, section, from),
      epss: () => readEpss(container),
    };
  }
  const base = baseOf(meta.base as string);
  if (base === null) {
    throw new AppError(
      "CONFLICT",
      `It holds only what changed since generation ${shortHash(meta.base as string)}, which is not kept here. ` +
        "Import a full bundle first, or ask for a delta since a generation that `zerotrace feeds generations` lists.",
      { field: "base" },
    );
  }
  return applyDelta(container, base, (error) => damaged(container, error));
};
