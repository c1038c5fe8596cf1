import { Download } from "lucide-react";
import type { ExportFormat } from "../downloads.ts";
import { useMay } from "./may.ts";
import { say } from "./texts.ts";

const FORMATS: readonly (readonly [ExportFormat, string, string])[] = [
  ["csv", "CSV", say("as comma-separated values")],
  ["xlsx", "XLSX", say("as an Excel workbook")],
  ["json", "JSON", say("as JSON, one object a line")],
];

/** Downloads of exactly what a list shows, all of its rows; nothing for who may not export. */
export const Exports = ({ noun, url }: { noun: string; url: (format: ExportFormat) => string }) =>
  useMay("reports:view") && (
    <fieldset className="inline-flex" aria-label={say("Export all {noun} of this list", { noun: say(noun) })}>
      {FORMATS.map(([format, name, says]) => (
        <a
          key={format}
          className="button -ml-px px-2.5 first:ml-0 hover:z-10"
          href={url(format)}
          download
          title={say("All {noun} of this list {says}", { noun: say(noun), says })}
        >
          {format === "csv" && <Download className="size-4" aria-hidden="true" />}
          {name}
        </a>
      ))}
    </fieldset>
  );
