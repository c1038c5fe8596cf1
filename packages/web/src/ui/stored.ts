/** What this browser remembers under a name; null where it remembers nothing or is not allowed to. */
export const readStored = (key: string): string | null => {
  try {
    return localStorage.getItem(`zerotrace.${key}`);
  } catch {
    return null;
  }
};

/** Has this browser remember a text, where it may; null forgets. */
export const writeStored = (key: string, value: string | null): void => {
  try {
    if (value === null) localStorage.removeItem(`zerotrace.${key}`);
    else localStorage.setItem(`zerotrace.${key}`, value);
  } catch {
    // a browser that may not remember shows what is usual the next time
  }
};
