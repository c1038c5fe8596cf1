import { isObject, type Json, SCHEMA, valueOf, wrong } from "./words.ts";

/** One change of a PATCH: `path` in small letters without schema, null where the value names the attributes. */
export interface Operation {
  readonly op: "add" | "replace" | "remove";
  readonly path: string | null;
  /** What the path compares in brackets, such as `members[value eq "…"]`. */
  readonly selected: string | null;
  readonly value: unknown;
}

const OPERATIONS_MAX = 1_000;
const PATH =
  /^([a-z][\w-]*)(?:\[\s*\w+\s+eq\s+("[^"]*"|true|false)(?:\s+and\s+\w+\s+eq\s+(?:"[^"]*"|true|false))*\s*\])?((?:\.[a-z][\w-]*)?)$/i;

const bare = (path: string): string =>
  [SCHEMA.user, SCHEMA.group].reduce(
    (rest, schema) =>
      rest.toLowerCase().startsWith(`${schema.toLowerCase()}:`) ? rest.slice(schema.length + 1) : rest,
    path.trim(),
  );

/** An attribute's path in its parts; null for one of a schema that is not ours, such as the enterprise extension. */
const pathOf = (text: string): Pick<Operation, "path" | "selected"> | null => {
  const path = bare(text);
  if (path.toLowerCase().startsWith("urn:")) return null;
  const [whole, name = "", selected, sub = ""] = PATH.exec(path) ?? [];
  if (whole === undefined) throw wrong("invalidPath", `The path ${text.slice(0, 100)} cannot be read.`);
  return { path: `${name}${sub}`.toLowerCase(), selected: selected?.replaceAll('"', "") ?? null };
};

const opOf = (value: unknown): Operation["op"] => {
  const op = typeof value === "string" ? value.toLowerCase() : "";
  if (op === "add" || op === "replace" || op === "remove") return op;
  throw wrong("invalidSyntax", "An operation is add, replace or remove.");
};

/** The operations of one entry; an object without a path stands for one of each of its attributes. */
const operationsOf = (entry: Json): Operation[] => {
  const op = opOf(valueOf(entry, "op"));
  const value = valueOf(entry, "value");
  const path = valueOf(entry, "path");
  if (path !== undefined && typeof path !== "string") throw wrong("invalidPath", "A path is a text.");
  if (path !== undefined && path !== "") {
    const parts = pathOf(path);
    return parts === null ? [] : [{ op, ...parts, value }];
  }
  if (op === "remove") throw wrong("noTarget", "To remove, name a path.");
  if (!isObject(value)) throw wrong("invalidValue", "Without a path the value is an object.");
  return Object.entries(value).flatMap(([name, one]) => {
    const parts = name.toLowerCase() === "schemas" ? null : pathOf(name);
    return parts === null ? [] : [{ op, ...parts, value: one }];
  });
};

/** The operations of a PATCH body in order, as Entra and Okta send them too. Throws what is wrong with it. */
export const parsePatch = (body: Json): Operation[] => {
  const entries = valueOf(body, "Operations");
  if (!Array.isArray(entries) || entries.length === 0 || entries.length > OPERATIONS_MAX) {
    throw wrong("invalidSyntax", `Operations is a list of 1 to ${OPERATIONS_MAX}.`);
  }
  return entries.flatMap((entry: unknown) => {
    if (!isObject(entry)) throw wrong("invalidSyntax", "An operation is an object.");
    return operationsOf(entry);
  });
};
