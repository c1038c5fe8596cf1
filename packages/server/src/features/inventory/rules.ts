import { AppError, type Component, componentTexts, type JudgedPackage } from "@zerotrace/core";
import { type Columns, COMPONENT_BYTES_MAX } from "./contract.ts";

/** UTF-8 bytes of one UTF-16 unit, at most. */
const BYTES_PER_UNIT = 3;

const refuseOversize = (texts: readonly string[], field: string): void => {
  const units = texts.reduce((sum, text) => sum + text.length, 0);
  if (units * BYTES_PER_UNIT <= COMPONENT_BYTES_MAX) return;
  if (texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) <= COMPONENT_BYTES_MAX) return;
  throw new AppError("BAD_REQUEST", `${field} and its other texts are longer than ${COMPONENT_BYTES_MAX} bytes.`, {
    field,
  });
};

const COLUMNS = ["ecosystem", "version", "arch", "sourceName", "sourceVersion", "owner"] as const;

const ownerOf = (c: Columns, i: number, field: string): JudgedPackage | null => {
  const position = c.owner?.[i] ?? 0;
  if (position === 0) return null;
  const owner = c.owners?.[position - 1];
  if (owner !== undefined) return owner;
  throw new AppError("BAD_REQUEST", `${field}.owner[${i}] points outside ${field}.owners.`, {
    field: `${field}.owner`,
  });
};

/** The rows of a columnar body. Throws BAD_REQUEST when the columns differ in length or name an ecosystem or owner that is not there. */
export const componentsOf = (c: Columns, field: string): Component[] => {
  const count = c.name.length;
  for (const name of COLUMNS) {
    const length = c[name]?.length ?? count;
    if (length === count) continue;
    throw new AppError("BAD_REQUEST", `${field}.${name} has ${length} rows, name has ${count}; send equal columns.`, {
      field: `${field}.${name}`,
    });
  }
  return Array.from({ length: count }, (_, i) => {
    const ecosystem = c.ecosystems[c.ecosystem[i] as number];
    if (ecosystem === undefined) {
      throw new AppError("BAD_REQUEST", `${field}.ecosystem[${i}] points outside ${field}.ecosystems.`, {
        field: `${field}.ecosystem`,
      });
    }
    const arch = c.arch[i] as string;
    const name = c.name[i] as string;
    const version = c.version[i] as string;
    const sourceName = c.sourceName[i] as string;
    const sourceVersion = c.sourceVersion[i] as string;
    const owner = ownerOf(c, i, field);
    const component: Component = {
      ecosystem,
      name,
      version,
      ...(arch === "" ? {} : { arch }),
      ...(sourceName === "" ? {} : { source: { name: sourceName, version: sourceVersion } }),
      ...(owner === null ? {} : { ownedBy: owner }),
    };
    refuseOversize(componentTexts(component), `${field}.name[${i}]`);
    return component;
  });
};

/**
 * An agent's own time, not after `now`: a clock that once ran ahead must not make every later inventory "older". Years that
 * PostgreSQL or a person cannot read become 1970.
 */
export const boundedTime = (takenAt: string, now: Date): string =>
  new Date(Math.max(0, Math.min(Date.parse(takenAt), now.getTime()))).toISOString();

/** Ids ascending, each once: how a set of components is stored. */
export const sortedSet = (ids: readonly number[]): number[] => Array.from(new Set(ids)).sort((a, b) => a - b);

/** What `next` has that `before` has not, and the other way round; both sorted sets. O(n + m). */
export const differences = (
  before: readonly number[],
  next: readonly number[],
): { added: number[]; removed: number[] } => {
  const added: number[] = [];
  const removed: number[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < next.length) {
    const a = before[i] ?? Infinity;
    const b = next[j] ?? Infinity;
    if (a === b) {
      i += 1;
      j += 1;
    } else if (a < b) {
      removed.push(a);
      i += 1;
    } else {
      added.push(b);
      j += 1;
    }
  }
  return { added, removed };
};
