/** Labels as people write them, apart by commas or spaces; null where none stands there: every asset. */
export const scopeOf = (text: string): string[] | null => {
  const labels = text.split(/[\s,]+/).filter(Boolean);
  return labels.length === 0 ? null : labels;
};
