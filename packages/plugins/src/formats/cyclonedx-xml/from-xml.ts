import { messageOf } from "@zerotrace/core";
import { XmlReader } from "@zerotrace/core/xml";
import { type Json, refused } from "../sbom-json.ts";
import { newProblems, SBOM_LIMITS } from "../sbom.ts";
import { type Field, type Kind, type Shape, shapeOf } from "./shapes.ts";

const NAMESPACE = "http://cyclonedx.org/schema/bom/";

/** A document in XML as the same one in JSON, as far as it is read, and what its elements do wrong. */
export interface FromXml {
  readonly document: Json;
  /** Elements that are unknown, out of order or too many, each with its place. */
  readonly faults: readonly string[];
}

/** An open element. */
interface Open {
  readonly name: string;
  readonly kind: Kind;
  readonly shape: Shape | null;
  readonly value: Record<string, unknown>;
  readonly elements: unknown[];
  text: string;
  /** The position in the shape of the last child. */
  at: number;
  childCount: number;
}

const CONTENT = new Set(["text", "int", "number", "bool"]);

const scalarOf = (type: string, text: string): unknown => {
  const plain = text.trim();
  if (type === "bool")
    return plain === "true" || plain === "1" ? true : plain === "false" || plain === "0" ? false : plain;
  if (type === "int" || type === "number")
    return plain !== "" && Number.isFinite(Number(plain)) ? Number(plain) : plain;
  return text;
};

/** What an element is in JSON. */
const valueOf = (open: Open): unknown => {
  const { kind, shape, value, text } = open;
  if (kind.is === "list" || kind.is === "choices") return open.elements;
  if (kind.is === "refs") return value["ref"];
  // Tools are a list as long as nothing else is seen.
  if (kind.is === "tools") return Object.keys(value).length > 0 ? value : open.elements;
  if (shape === null) return scalarOf(kind.is, text);
  if (shape.text !== null) value[shape.text] = text;
  return value;
};

const attributesOf = (shape: Shape, attributes: ReadonlyMap<string, string>): Record<string, unknown> => {
  const value: Record<string, unknown> = {};
  for (const [name, text] of attributes) {
    const told = Object.hasOwn(shape.attributes, name) ? shape.attributes[name] : undefined;
    if (told !== undefined) value[told[0]] = scalarOf(told[1], text);
  }
  return value;
};

const opened = (name: string, kind: Kind, attributes: ReadonlyMap<string, string>): Open => {
  const shape = kind.is === "shape" ? shapeOf(kind.shape) : null;
  const value =
    shape !== null ? attributesOf(shape, attributes) : kind.is === "refs" ? { ref: attributes.get("ref") } : {};
  return { name, kind, shape, value, elements: [], text: "", at: -1, childCount: 0 };
};

/** Where a child of this name goes; null when it must not stand there. */
const fieldOf = (open: Open, name: string): Field | null => {
  if (open.shape !== null) return open.shape.fields.get(name) ?? null;
  const { kind } = open;
  if (kind.is === "list" || kind.is === "choices") {
    const child = Object.hasOwn(kind.of, name) ? kind.of[name] : undefined;
    return child === undefined ? null : { kind: child, json: name, isRepeated: true, at: 0 };
  }
  if (kind.is === "tools") {
    if (name === "tool") return { kind: { is: "shape", shape: "tool" }, json: "tool", isRepeated: true, at: 0 };
    return shapeOf("toolset").fields.get(name) ?? null;
  }
  // Before 1.6 the dependencies of a dependency may be told inside it; they are told at the top as well.
  return kind.is === "refs" ? { kind: { is: "skip" }, json: "", isRepeated: true, at: 0 } : null;
};

/** Adds what a child is to its parent. */
const put = (parent: Open, { name, kind }: Open, field: Field, value: unknown): void => {
  if (kind.is === "skip" || field.json === "") return;
  if (parent.kind.is === "choices") {
    parent.elements.push(name === "license" ? { license: value } : value);
    return;
  }
  if (parent.kind.is === "list" || (parent.kind.is === "tools" && name === "tool")) {
    parent.elements.push(value);
    return;
  }
  if (!field.isRepeated) {
    // The classification of a data flow is two fields in JSON.
    if (name === "classification" && parent.name === "dataflow") Object.assign(parent.value, value);
    else parent.value[field.json] = value;
    return;
  }
  const known = parent.value[field.json];
  if (Array.isArray(known)) known.push(value);
  else parent.value[field.json] = [value];
};

/** Reads elements into the shape of JSON; one for each document. */
class Reader {
  readonly #stack: { readonly open: Open; readonly field: Field }[] = [];
  readonly #namespaces = new Map<string, string>();
  readonly #fault: (text: string) => void;
  #skipDepth = 0;
  #namespace = "";
  root: Record<string, unknown> | null = null;

  constructor(fault: (text: string) => void) {
    this.#fault = fault;
  }

  get version(): string {
    return this.#namespace.slice(NAMESPACE.length);
  }

  open(written: string, attributes: ReadonlyMap<string, string>): void {
    if (this.#skipDepth > 0) {
      this.#skipDepth += 1;
      return;
    }
    const name = this.#ownName(written, attributes);
    const parent = this.#stack.at(-1)?.open;
    if (parent === undefined) this.#start(name, attributes);
    else this.#child(parent, name, attributes);
  }

  text(piece: string): void {
    if (this.#skipDepth > 0) return;
    const open = this.#stack.at(-1)?.open;
    if (open === undefined) return;
    if (CONTENT.has(open.kind.is) || (open.shape !== null && open.shape.text !== null)) open.text += piece;
    else if (piece.trim() !== "") this.#fault(`${this.#place()}: it holds text`);
  }

  close(): void {
    if (this.#skipDepth > 0) {
      this.#skipDepth -= 1;
      return;
    }
    const { open, field } = this.#stack.pop() as { open: Open; field: Field };
    const value = valueOf(open);
    const parent = this.#stack.at(-1)?.open;
    if (parent === undefined) this.root = value as Record<string, unknown>;
    else put(parent, open, field, value);
  }

  /** The name of an element in CycloneDX's namespace; null when it is of another one. */
  #ownName(written: string, attributes: ReadonlyMap<string, string>): string | null {
    const own = attributes.size === 0 ? undefined : attributes.get("xmlns");
    if (attributes.size > 0)
      for (const [key, value] of attributes) if (key.startsWith("xmlns:")) this.#namespaces.set(key.slice(6), value);
    const colon = written.indexOf(":");
    if (this.#stack.length === 0) {
      const namespace = colon < 0 ? own : this.#namespaces.get(written.slice(0, colon));
      this.#namespaces.set("", own ?? "");
      if (!namespace?.startsWith(NAMESPACE))
        throw new Error("it is no CycloneDX document: its namespace is another one");
      this.#namespace = namespace;
      return written.slice(colon + 1);
    }
    const namespace = colon < 0 ? (own ?? this.#namespaces.get("")) : this.#namespaces.get(written.slice(0, colon));
    return namespace === this.#namespace ? written.slice(colon + 1) : null;
  }

  #start(name: string | null, attributes: ReadonlyMap<string, string>): void {
    if (name !== "bom") throw new Error("it is no CycloneDX document: its element is not bom");
    const open = opened("bom", { is: "shape", shape: "bom" }, attributes);
    this.#stack.push({ open, field: { kind: open.kind, json: "bom", isRepeated: false, at: 0 } });
  }

  #child(parent: Open, name: string | null, attributes: ReadonlyMap<string, string>): void {
    const field = name === null ? null : fieldOf(parent, name);
    if (name === null || field === null || field.kind.is === "skip") {
      if (name !== null && field === null) this.#fault(`${this.#place()}: ${name} must not stand there`);
      if (name !== null && field !== null) this.#checkOrder(parent, name, field);
      this.#skipDepth = 1;
      return;
    }
    this.#checkOrder(parent, name, field);
    parent.childCount += 1;
    this.#stack.push({ open: opened(name, field.kind, attributes), field });
  }

  #checkOrder(parent: Open, name: string, field: Field): void {
    const { shape } = parent;
    if (shape === null) return;
    const { at } = field;
    if (at < parent.at && !shape.isFree) this.#fault(`${this.#place()}: ${name} stands after what must follow it`);
    if (at === parent.at && !field.isRepeated && !shape.isFree)
      this.#fault(`${this.#place()}: ${name} stands there twice`);
    parent.at = Math.max(parent.at, at);
  }

  #place(): string {
    return this.#stack
      .map(({ open }, i) => {
        const above = this.#stack[i - 1]?.open;
        return above !== undefined && (above.kind.is === "list" || above.kind.is === "choices")
          ? `/${open.name}[${above.childCount}]`
          : `/${open.name}`;
      })
      .join("");
  }
}

/** Bytes that are handed to the reader at once. */
const PIECE_BYTES = 256 * 1024;

/** Reads a document in XML (UTF-8). Throws BAD_REQUEST when it is not well-formed, no CycloneDX, or over a limit. */
export const cycloneDxFromXml = (bytes: Uint8Array): FromXml => {
  const faults = newProblems();
  const reader = new Reader(faults.add);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const xml = new XmlReader(reader, {
    maxDepth: SBOM_LIMITS.depth,
    // licenses are carried in attributes by nobody, and in texts of any length
    maxTagChars: 1024 * 1024,
    maxTags: SBOM_LIMITS.xmlElements,
  });
  try {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES)
      xml.push(decoder.decode(bytes.subarray(at, at + PIECE_BYTES), { stream: true }));
    xml.push(decoder.decode());
    xml.finish();
  } catch (cause) {
    throw refused(messageOf(cause), cause);
  }
  const document = { bomFormat: "CycloneDX", specVersion: reader.version, ...reader.root };
  return { document, faults: faults.list() };
};
