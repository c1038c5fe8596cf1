import { type Component, componentTexts, type JudgedPackage } from "@zerotrace/core";
import type { Columns } from "@zerotrace/sdk";

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Everything that tells two components apart, as one text. */
export const keyOf = (c: Component): string => JSON.stringify(componentTexts(c));

/** Left out where nothing is owned: servers from before there were owners then still take the body. */
const ownerColumns = (components: readonly Component[]): Pick<Columns, "owners" | "owner"> => {
  const textOf = (owner: JudgedPackage): string => JSON.stringify([owner.ecosystem, owner.name, owner.version]);
  const owned = components.flatMap((c) => (c.ownedBy ? [[textOf(c.ownedBy), c.ownedBy] as const] : []));
  if (owned.length === 0) return {};
  const owners = [...new Map(owned)].sort(([a], [b]) => compareText(a, b));
  const number = new Map(owners.map(([text], i) => [text, i + 1]));
  return {
    owners: owners.map(([, { ecosystem, name, version }]) => ({ ecosystem, name, version })),
    owner: components.map((c) => (c.ownedBy ? number.get(textOf(c.ownedBy))! : 0)),
  };
};

/** Components by column, sorted: the same set gives the same bytes whatever its order. */
export const toColumns = (components: readonly Component[]): Columns => {
  const sorted = components
    .map((component) => ({ component, key: keyOf(component) }))
    .sort((a, b) => compareText(a.key, b.key))
    .map(({ component }) => component);
  const ecosystems = [...new Set(sorted.map((c) => c.ecosystem))].sort();
  const number = new Map(ecosystems.map((ecosystem, i) => [ecosystem, i]));
  return {
    ecosystems,
    ecosystem: sorted.map((c) => number.get(c.ecosystem) ?? 0),
    name: sorted.map((c) => c.name),
    version: sorted.map((c) => c.version),
    arch: sorted.map((c) => c.arch ?? ""),
    sourceName: sorted.map((c) => c.source?.name ?? ""),
    sourceVersion: sorted.map((c) => c.source?.version ?? ""),
    ...ownerColumns(sorted),
  };
};

/** The components of columns that `toColumns` made. */
export const fromColumns = (columns: Columns): Component[] =>
  columns.name.map((name, i) => {
    const arch = columns.arch[i] ?? "";
    const sourceName = columns.sourceName[i] ?? "";
    const owner = columns.owners?.[(columns.owner?.[i] ?? 0) - 1];
    return {
      ecosystem: columns.ecosystems[columns.ecosystem[i] ?? 0] ?? "",
      name,
      version: columns.version[i] ?? "",
      ...(arch === "" ? {} : { arch }),
      ...(sourceName === "" ? {} : { source: { name: sourceName, version: columns.sourceVersion[i] ?? "" } }),
      ...(owner === undefined ? {} : { ownedBy: owner }),
    };
  });
