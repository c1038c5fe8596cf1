import { harmless } from "./sentences.ts";

/** Text from outside for a cell or an item of Markdown: no new cells, lines, links, HTML or mentions. */
export const markdownText = (text: string): string =>
  harmless(text)
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[\\`*_[\]<>|#~]/g, (character) => `\\${character}`)
    .replaceAll("@", "@\u200b");
