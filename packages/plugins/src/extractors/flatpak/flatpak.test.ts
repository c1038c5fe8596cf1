import { expect, test } from "vitest";
import { fakeFs } from "../fixtures.ts";
import { parseOsRelease } from "../os-release.ts";
import { flatpak } from "./index.ts";

const METAINFO = `<?xml version="1.0"?>
<component type="desktop"><id>org.gimp.GIMP</id>
<releases><release date="2024-05-02" version="2.10.38"><description><p>x</p></description></release>
<release version="2.10.36"/></releases></component>`;

test("applications have their newest release, runtimes their branch; users' own installations count", async () => {
  const active = "app/org.gimp.GIMP/current/active/files/share/appdata/org.gimp.GIMP.appdata.xml";
  const fs = fakeFs({
    [`/var/lib/flatpak/${active}`]: METAINFO,
    "/home/ann/.local/share/flatpak/runtime/org.gnome.Platform/x86_64/46/abc/x": "",
    "/var/lib/flatpak/app/org.bare.App/current/active/files/x": "",
  });
  const context = { fs, os: parseOsRelease(""), signal: new AbortController().signal };
  expect(await flatpak.extract(context)).toEqual({
    components: [
      { ecosystem: "Flatpak", name: "org.gimp.GIMP", version: "2.10.38" },
      { ecosystem: "Flatpak", name: "org.gnome.Platform", version: "46", arch: "x86_64" },
    ],
    problems: ["org.bare.App: it has no description that tells its release"],
  });
});
