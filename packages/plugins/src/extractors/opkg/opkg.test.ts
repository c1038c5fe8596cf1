import { expect, test } from "vitest";
import { fakeFs } from "../fixtures.ts";
import { parseOsRelease } from "../os-release.ts";
import { opkg } from "./index.ts";

const STATUS = "Package: ubus\nVersion: 2024.10.20~252a9b0c-r1\nStatus: install ok installed\nArchitecture: x86_64\n";

test.each([
  ["ID=openwrt\nVERSION_ID=23.05", "Openwrt"],
  ["ID=debian\nVERSION_ID=12", "opkg"],
])("opkg's packages on %s are never judged as another system's", async (release, ecosystem) => {
  for (const path of ["/usr/lib/opkg/status", "/opt/lib/opkg/status"]) {
    const context = {
      fs: fakeFs({ [path]: STATUS }),
      os: parseOsRelease(release),
      signal: new AbortController().signal,
    };
    expect((await opkg.extract(context))?.components).toEqual([
      { ecosystem, name: "ubus", version: "2024.10.20~252a9b0c-r1", arch: "x86_64" },
    ]);
  }
});
