import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Starts the system's own Chromium without what it does in the background. Throws where there is none, saying the mend. */
export const startBrowser = async (): Promise<Browser> => {
  const executablePath = BROWSERS.find((path) => existsSync(path));
  if (executablePath === undefined) {
    throw new Error(`There is no browser at ${BROWSERS.join(", ")}; on Debian: apt-get install chromium`);
  }
  const quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
  const args = ["--no-sandbox", ...quiet, "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath, args });
};
