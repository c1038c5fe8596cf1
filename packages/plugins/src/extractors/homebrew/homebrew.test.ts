import { expect, test } from "vitest";
import { fakeFs } from "../fixtures.ts";
import { parseOsRelease } from "../os-release.ts";
import { homebrew } from "./index.ts";

test("formulae and casks are found with every version; a foreign tap is part of the name", async () => {
  const fs = fakeFs({
    "/opt/homebrew/Cellar/rclone/1.67.0/INSTALL_RECEIPT.json": '{"source":{"tap":"homebrew/core"}}',
    "/opt/homebrew/Cellar/rclone/1.66.0/bin/rclone": "",
    "/opt/homebrew/Cellar/tool/2.0/INSTALL_RECEIPT.json": '{"source":{"tap":"Acme/tap"}}',
    "/usr/local/Caskroom/firefox/130.0.1/firefox.app": "",
    "/usr/local/Caskroom/firefox/.metadata/130.0.1/x": "",
  });
  const context = { fs, os: parseOsRelease(""), signal: new AbortController().signal };
  const extraction = await homebrew.extract(context);
  expect(extraction?.problems).toEqual([]);
  expect(extraction?.components.map((c) => `${c.name} ${c.version}`)).toEqual([
    "acme/tap/tool 2.0",
    "firefox 130.0.1",
    "rclone 1.66.0",
    "rclone 1.67.0",
  ]);
});
