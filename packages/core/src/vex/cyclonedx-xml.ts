import { XmlReader } from "../xml.ts";
import type { Json } from "./read.ts";
import { VEX_LIMITS } from "./vex.ts";

const NAMESPACE = "http://cyclonedx.org/schema/bom/";

/** Elements that are lists in JSON, and what they list. */
const LISTS: Readonly<Record<string, string>> = {
  affects: "target",
  authors: "author",
  components: "component",
  references: "reference",
  versions: "version",
  vulnerabilities: "vulnerability",
};

/** What a statement is made of; everything else of a BOM is passed over with all that it holds. */
const WANTED = new Set([
  ...Object.entries(LISTS).flat(),
  ..."analysis bom detail firstIssued id justification lastUpdated manufacture metadata name purl range".split(" "),
  ..."recommendation ref state status supplier timestamp updated".split(" "),
]);
const ATTRIBUTES = ["bom-ref", "serialNumber"] as const;

interface Open {
  readonly name: string;
  text: string;
  readonly children: { readonly name: string; readonly value: unknown }[];
  readonly attributes: ReadonlyMap<string, string>;
}

/** An element as JSON has it: a list, an object, or a text. */
const valueOf = ({ name, text, children, attributes }: Open): unknown => {
  const listed = Object.hasOwn(LISTS, name) ? LISTS[name] : undefined;
  if (listed !== undefined) return children.filter((one) => one.name === listed).map((one) => one.value);
  const said = ATTRIBUTES.flatMap((key) => (attributes.has(key) ? [[key, attributes.get(key)] as const] : []));
  if (children.length === 0 && said.length === 0) return text;
  return Object.fromEntries([...said, ...children.map((one) => [one.name, one.value] as const)]);
};

const localName = (name: string): string => name.slice(name.indexOf(":") + 1);

const isOurs = (name: string, attributes: ReadonlyMap<string, string>): boolean => {
  const prefix = name.includes(":") ? `:${name.slice(0, name.indexOf(":"))}` : "";
  return localName(name) === "bom" && (attributes.get(`xmlns${prefix}`) ?? "").startsWith(NAMESPACE);
};

/**
 * The text of a CycloneDX document in XML as the same document in JSON, as far as `parseCycloneDxVex` reads it; null when it
 * is XML of another kind. Throws Error where it is no well-formed XML, or larger than is read.
 */
export const cycloneDxOfXml = (text: string): Json | null => {
  const open: Open[] = [];
  let root: unknown = null;
  let isForeign = false;
  let skipDepth = 0;
  let nodeCount = 0;
  const reader = new XmlReader({
    open(written, attributes) {
      const name = localName(written);
      if (open.length === 0 && !isOurs(written, attributes)) isForeign = true;
      if (isForeign || skipDepth > 0 || !WANTED.has(name)) {
        skipDepth += 1;
        return;
      }
      nodeCount += 1;
      if (nodeCount > VEX_LIMITS.xmlNodes) throw new Error(`it has more than ${VEX_LIMITS.xmlNodes} elements`);
      open.push({ name, text: "", children: [], attributes });
    },
    text(piece) {
      const at = open.at(-1);
      if (skipDepth === 0 && at !== undefined) at.text += piece;
    },
    close() {
      if (skipDepth > 0) {
        skipDepth -= 1;
        return;
      }
      const done = open.pop() as Open;
      const value = valueOf(done);
      const parent = open.at(-1);
      if (parent === undefined) root = value;
      else parent.children.push({ name: done.name, value });
    },
  });
  reader.push(text);
  reader.finish();
  if (isForeign || typeof root !== "object" || root === null) return null;
  return { ...root, bomFormat: "CycloneDX" };
};
