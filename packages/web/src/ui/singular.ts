/** The one of a regular plural: `advisories` -> `advisory`. */
export const singular = (many: string): string => {
  if (many === "people") return "person";
  return many.endsWith("ies") ? `${many.slice(0, -3)}y` : many.slice(0, -1);
};
