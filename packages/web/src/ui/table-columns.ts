/** Heads of columns as an address and the browser's memory hold them. */
export const joinColumns = (heads: readonly string[]): string => heads.join(",");

/**
 * The columns that a text names, in the table's own order. Without a text, and where it names none that the table has, all of them:
 * a table is never empty of columns.
 */
export const columnsNamed = <C extends { readonly head: string }>(
  all: readonly C[],
  text: string | null | undefined,
): readonly C[] => {
  const heads = new Set((text ?? "").split(","));
  const named = all.filter(({ head }) => heads.has(head));
  return named.length === 0 ? all : named;
};
