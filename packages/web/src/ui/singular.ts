/** The one of a regular plural: `advisories` -> `advisory`, `fixes` -> `fix`. */
export const singular = (many: string): string => {
  if (many === "people") return "person";
  if (many.endsWith("ies")) return `${many.slice(0, -3)}y`;
  return many.slice(0, many.endsWith("xes") ? -2 : -1);
};
