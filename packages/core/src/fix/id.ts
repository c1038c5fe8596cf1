/** What a fix is of: the package that is upgraded, as its system names it, and whether there is a version that fixes it. */
export interface FixKey {
  readonly ecosystem: string;
  readonly package: string;
  readonly hasFix: boolean;
}

/** The id of a fix, as it stands in addresses: what it is of, so that a link lives as long as the package. Pure. */
export const fixIdOf = (key: FixKey): string => {
  const bytes = new TextEncoder().encode(`${key.hasFix ? "+" : "-"}${key.ecosystem}\n${key.package}`);
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};
