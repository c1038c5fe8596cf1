import { cycloneDxParts } from "../cyclonedx-json/write.ts";
import type { CycloneDxVersion } from "../cyclonedx-json/schema.ts";
import { isObject, type Json, objectOf, textOf } from "../sbom-json.ts";
import type { Sbom } from "../sbom.ts";
import { type Field, type Kind, type Shape, shapeOf } from "./shapes.ts";

/** What XML cannot hold, even as a reference. */
// oxlint-disable-next-line no-control-regex -- they are what is replaced
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

const escaped = (text: string): string =>
  /[&<>\r]/.test(text)
    ? text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\r", "&#13;")
    : text;

/** A text as XML holds it. A lone half of a pair and control characters become U+FFFD. */
const xmlText = (value: unknown): string => escaped(String(value).toWellFormed().replaceAll(FORBIDDEN, "\uFFFD"));

const xmlAttribute = (value: unknown): string =>
  xmlText(value).replaceAll('"', "&quot;").replaceAll("\t", "&#9;").replaceAll("\n", "&#10;");

const startOf = (name: string, shape: Shape, value: Json): string => {
  let start = `<${name}`;
  for (const [xml, [json]] of Object.entries(shape.attributes)) {
    const told = value[json];
    if (told !== undefined) start += ` ${xml}="${xmlAttribute(told)}"`;
  }
  return start;
};

const listed = (name: string, pieces: string, indent: string): string =>
  pieces === "" ? `${indent}<${name}/>\n` : `${indent}<${name}>\n${pieces}${indent}</${name}>\n`;

const element = (name: string, kind: Kind, value: unknown, indent: string): string => {
  const inner = `${indent}  `;
  if (kind.is === "skip") return "";
  if (kind.is === "refs") return `${indent}<${kind.child} ref="${xmlAttribute(value)}"/>\n`;
  if (kind.is === "shape") return shaped(name, shapeOf(kind.shape), objectOf(value), indent);
  if (kind.is === "tools") return toolsElement(name, value, indent);
  if (kind.is === "list" || kind.is === "choices") {
    const elements = Array.isArray(value) ? (value as unknown[]) : [];
    const pieces = elements.map((one) => choice(kind, one, inner)).join("");
    return listed(name, pieces, indent);
  }
  return `${indent}<${name}>${xmlText(value)}</${name}>\n`;
};

const choice = (kind: Kind & { readonly is: "list" | "choices" }, value: unknown, indent: string): string => {
  if (kind.is === "choices") {
    const license = objectOf(value)["license"];
    return isObject(license)
      ? element("license", kind.of["license"] as Kind, license, indent)
      : element("expression", kind.of["expression"] as Kind, value, indent);
  }
  const [name, child] = Object.entries(kind.of)[0] as [string, Kind];
  return element(name, child, value, indent);
};

const toolsElement = (name: string, value: unknown, indent: string): string => {
  if (!Array.isArray(value)) return shaped(name, shapeOf("toolset"), objectOf(value), indent);
  const pieces = value.map((tool) => shaped("tool", shapeOf("tool"), objectOf(tool), `${indent}  `)).join("");
  return listed(name, pieces, indent);
};

const fieldOf = (name: string, { kind, json, isRepeated }: Field, value: Json, indent: string): string => {
  const told = value[json];
  if (told === undefined) return "";
  if (!isRepeated) return element(name, kind, told, indent);
  return Array.isArray(told) ? told.map((one) => element(name, kind, one, indent)).join("") : "";
};

const shaped = (name: string, shape: Shape, value: Json, indent: string): string => {
  const start = `${indent}${startOf(name, shape, value)}`;
  if (shape.text !== null) return `${start}>${xmlText(value[shape.text] ?? "")}</${name}>\n`;
  let inside = "";
  for (const [child, field] of shape.fields) inside += fieldOf(child, field, value, `${indent}  `);
  return inside === "" ? `${start}/>\n` : `${start}>\n${inside}${indent}</${name}>\n`;
};

const PIECE_CHARS = 64 * 1024;

function* listOfElements(name: string, child: string, values: Iterable<Json>): Generator<string> {
  let piece = `  <${name}>\n`;
  for (const value of values) {
    piece += shaped(child, shapeOf(child), value, "    ");
    if (piece.length < PIECE_CHARS) continue;
    yield piece;
    piece = "";
  }
  yield `${piece}  </${name}>\n`;
}

/** The document as XML, in pieces. The same document gives the same bytes. */
export function* writeCycloneDxXml(sbom: Sbom, version: CycloneDxVersion): Generator<string> {
  const { head, components, dependencies, vulnerabilities } = cycloneDxParts(sbom, version);
  const namespace = `http://cyclonedx.org/schema/bom/${version}`;
  const serial = xmlAttribute(textOf(head["serialNumber"]));
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<bom xmlns="${namespace}" serialNumber="${serial}" version="${String(head["version"])}">\n`;
  yield shaped("metadata", shapeOf("metadata"), objectOf(head["metadata"]), "  ");
  yield* listOfElements("components", "component", components);
  yield* listOfElements("dependencies", "dependency", dependencies);
  if (sbom.vulnerabilities.length > 0 && version >= "1.4")
    yield* listOfElements("vulnerabilities", "vulnerability", vulnerabilities);
  yield "</bom>\n";
}
