import { spawn } from "node:child_process";

/** Opens an address in the person's browser; does nothing where there is none. */
export const openBrowser = (url: string): void => {
  const opener = { darwin: "open", win32: "explorer" }[process.platform as string] ?? "xdg-open";
  const child = spawn(opener, [url], { detached: true, stdio: "ignore" });
  child.on("error", () => undefined);
  child.unref();
};
