import type { Cell } from "./table.ts";
import { type ZipEntry, zipStream } from "./zip.ts";

/** Rows of a sheet, its header among them. */
const SHEET_ROWS_MAX = 1_048_576;
/** Characters (UTF-16) of a cell. */
const CELL_CHARS_MAX = 32_767;
/** Characters of XML in a sheet before the next begins, so that none comes near what an archive holds. */
const SHEET_CHARS_MAX = 1_000_000_000;
/** Characters gathered before they are packed. */
const CHUNK_CHARS = 65_536;

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml";

const STYLES = `${HEAD}<styleSheet xmlns="${MAIN}"><fonts count="2"><font/><font><b/></font></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf fontId="1" applyFont="1"/></cellXfs></styleSheet>`;
const ROOT_RELS = `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`;
const SHEET_START = `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols><col min="1" max="64" width="18" customWidth="1"/></cols><sheetData>`;
const SHEET_END = "</sheetData></worksheet>";

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as XML holds it: without what XML forbids, and where it looks like the format's own escape, escaped itself. */
const xmlText = (text: string): string =>
  text
    .slice(0, CELL_CHARS_MAX)
    .toWellFormed()
    // oxlint-disable-next-line no-control-regex -- these are what XML 1.0 forbids
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
    .replaceAll(/_(?=x[0-9A-Fa-f]{4}_)/g, "_x005F_")
    .replaceAll(/[&<>"]/g, (c) => ENTITIES[c] ?? c);

/** A cell is a number or an inline text; neither is ever calculated. */
const cellXml = (cell: Cell, style: string): string => {
  if (cell === null || cell === "") return "<c/>";
  if (typeof cell === "number" && Number.isFinite(cell)) return `<c${style}><v>${cell}</v></c>`;
  return `<c${style} t="inlineStr"><is><t xml:space="preserve">${xmlText(String(cell))}</t></is></c>`;
};

const rowXml = (cells: readonly Cell[], style = ""): string =>
  `<row>${cells.map((cell) => cellXml(cell, style)).join("")}</row>`;

const workbook = (name: string, count: number): string => {
  const sheets = Array.from({ length: count }, (_, i) => {
    const title = count === 1 ? name : `${name} ${i + 1}`;
    return `<sheet name="${xmlText(title)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`;
  });
  return `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${sheets.join("")}</sheets></workbook>`;
};

const workbookRels = (count: number): string => {
  const sheets = Array.from(
    { length: count },
    (_, i) => `<Relationship Id="rId${i + 1}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`,
  );
  return `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${sheets.join("")}<Relationship Id="styles" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`;
};

const contentTypes = (count: number): string => {
  const sheets = Array.from(
    { length: count },
    (_, i) => `<Override PartName="/xl/worksheets/sheet${i + 1}.xml" ContentType="${SHEET_TYPE}.worksheet+xml"/>`,
  );
  return `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${SHEET_TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${SHEET_TYPE}.styles+xml"/>${sheets.join("")}</Types>`;
};

/**
 * Rows as an Excel workbook, streamed: memory does not grow with them. The first row is the header, bold and frozen. Rows beyond
 * `sheetRows` (what a sheet holds, the header among them) go on in a sheet of the same header. Text is text: nothing is a formula.
 */
export async function* xlsxStream(
  name: string,
  header: readonly string[],
  rows: AsyncIterable<readonly Cell[]>,
  sheetRows = SHEET_ROWS_MAX,
): AsyncGenerator<Buffer> {
  const source = rows[Symbol.asyncIterator]();
  let next = await source.next();

  const sheet = async function* (): AsyncGenerator<string> {
    let chunk = SHEET_START + rowXml(header, ' s="1"');
    let chars = 0;
    for (let count = 1; next.done !== true && count < sheetRows && chars < SHEET_CHARS_MAX; count += 1) {
      chunk += rowXml(next.value);
      if (chunk.length >= CHUNK_CHARS) {
        chars += chunk.length;
        yield chunk;
        chunk = "";
      }
      next = await source.next();
    }
    yield chunk + SHEET_END;
  };
  const entries = async function* (): AsyncGenerator<ZipEntry> {
    let count = 0;
    do {
      count += 1;
      yield { name: `xl/worksheets/sheet${count}.xml`, text: sheet() };
    } while (next.done !== true);
    yield { name: "xl/styles.xml", text: [STYLES] };
    yield { name: "xl/workbook.xml", text: [workbook(name, count)] };
    yield { name: "xl/_rels/workbook.xml.rels", text: [workbookRels(count)] };
    yield { name: "_rels/.rels", text: [ROOT_RELS] };
    yield { name: "[Content_Types].xml", text: [contentTypes(count)] };
  };
  try {
    yield* zipStream(entries());
  } finally {
    await source.return?.();
  }
}
