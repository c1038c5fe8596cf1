import { expect, test } from "vitest";
import { fakeFs } from "../fixtures.ts";
import { parseOsRelease } from "../os-release.ts";
import { snap } from "./index.ts";

test("snaps are found in the revision in use, wherever they are mounted", async () => {
  const fs = fakeFs({
    "/snap/core/current/meta/snap.yaml": "name: core\nversion: 16-2.61.4-20240607 # as built\ntype: os\n",
    "/snap/core/16928/meta/snap.yaml": "name: core\nversion: 16-2.61.3\n",
    "/snap/README": "x",
    "/var/lib/snapd/snap/lxd/current/meta/snap.yaml": "apps:\n  name: no\nname: lxd\nversion: '5.21'\n",
    "/var/lib/snapd/snap/odd/current/meta/snap.yaml": "name: odd\n",
  });
  const context = { fs, os: parseOsRelease(""), signal: new AbortController().signal };
  expect(await snap.extract(context)).toEqual({
    components: [
      { ecosystem: "Snap", name: "core", version: "16-2.61.4-20240607" },
      { ecosystem: "Snap", name: "lxd", version: "5.21" },
    ],
    problems: ["odd: it has no version"],
  });
});
