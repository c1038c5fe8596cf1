/**
 * The token of a link, taken out of the address at once. It stands in the fragment, which browsers send to no server, so no log
 * ever holds it. Empty when the address has none.
 */
export const takeToken = (path: string): string => {
  const token = new URLSearchParams(window.location.hash.replace(/^#/, "")).get("token") ?? "";
  if (token !== "") window.history.replaceState(window.history.state, "", path);
  return token;
};
