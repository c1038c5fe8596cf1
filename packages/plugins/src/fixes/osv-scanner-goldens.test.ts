import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesOf, request } from "./fixtures.ts";
import { plan as maven } from "./maven/index.ts";
import { plan as npm } from "./npm/index.ts";

const SHARED = process.env["ZEROTRACE_SHARED"] ?? join(import.meta.dirname, "../../../../../shared");
const FOLDER = join(SHARED, "corpus/osv-scanner/fix");

/** A file in two states, and upgrades: those that lead from one to the other, or those that a lockfile allows and forbids. */
interface Golden {
  readonly pom: { readonly before: string; readonly after: string; readonly upgrades: readonly string[] };
  readonly lock: { readonly text: string; readonly allowed: readonly string[]; readonly forbidden: readonly string[] };
}

interface Answer {
  readonly patches: readonly {
    readonly packageUpdates: readonly {
      readonly name: string;
      readonly versionFrom: string;
      readonly versionTo: string;
    }[];
  }[];
}

/** Why osv-scanner left these in place: no parent allows what closes them. The versions are those of the advisories. */
const FORBIDDEN = [
  "hosted-git-info 1.6.0 -> 2.8.9",
  "qs 6.5.3 -> 6.14.1",
  "tough-cookie 2.5.0 -> 4.1.3",
  "semver 4.3.6 -> 5.7.2",
  "chownr 0.0.2 -> 1.1.0",
  "form-data 2.3.3 -> 2.5.4",
];

/** What osv-scanner's own tests record: github.com/google/osv-scanner, cmd/osv-scanner/fix. */
const recorded = (): Golden => {
  const snapshots = readFileSync(join(FOLDER, "__snapshots__/command_test.snap"), "utf8");
  const section = (name: string): string => {
    const from = snapshots.indexOf(`[TestCommand/${name}]`);
    return snapshots.slice(snapshots.indexOf("\n", from) + 1, snapshots.indexOf("\n---", from));
  };
  const upgrades = (name: string): string[] =>
    (JSON.parse(section(name)) as Answer).patches.flatMap(({ packageUpdates }) =>
      packageUpdates.map((one) => `${one.name} ${one.versionFrom || "0"} -> ${one.versionTo}`),
    );
  return {
    pom: {
      before: readFileSync(join(FOLDER, "testdata/override-maven/pom.xml"), "utf8"),
      after: section("fix_non-interactive_json_override_pom.xml - 3"),
      upgrades: upgrades("fix_non-interactive_json_override_pom.xml - 1"),
    },
    lock: {
      text: readFileSync(join(FOLDER, "testdata/in-place-npm/package-lock.json"), "utf8"),
      allowed: upgrades("fix_non-interactive_json_in-place_package-lock.json - 1"),
      forbidden: FORBIDDEN,
    },
  };
};

const managed = (artifactId: string, version: string): string =>
  `\n      <dependency>\n        <groupId>g</groupId>\n        <artifactId>${artifactId}</artifactId>\n        <version>${version}</version>\n      </dependency>`;
const pomOf = (property: string, entries: string): string =>
  `<project>\n  <properties>\n    <a.version>${property}</a.version>\n  </properties>\n  <dependencyManagement>\n    <dependencies>${entries}\n    </dependencies>\n  </dependencyManagement>\n</project>\n`;

/** The same, small and of our own. */
const own = (): Golden => ({
  pom: {
    before: pomOf("1.0", managed("a", "${a.version}")),
    after: pomOf("1.1", managed("b", "2.0") + managed("a", "${a.version}")),
    upgrades: ["g:a 1.0 -> 1.1", "g:b 0 -> 2.0"],
  },
  lock: {
    text: JSON.stringify({
      lockfileVersion: 3,
      packages: {
        "": { dependencies: { top: "^1.0.0" } },
        "node_modules/top": { version: "1.0.0", dependencies: { near: "^1.0.0", tight: "~1.0.0" } },
        "node_modules/near": { version: "1.0.0" },
        "node_modules/tight": { version: "1.0.0" },
      },
    }),
    allowed: ["near 1.0.0 -> 1.2.0"],
    forbidden: ["tight 1.0.0 -> 1.2.0"],
  },
});

const GOLDEN = existsSync(FOLDER) ? recorded() : own();

test("a pom is left as osv-scanner leaves it: direct, by property, managed, and made managed", async () => {
  const { before, after, upgrades } = GOLDEN.pom;
  let text = before;
  for (const upgrade of upgrades) {
    const way = await maven(request("pom.xml", `Maven ${upgrade}`), filesOf({ "pom.xml": text }));
    for (const { change } of way.edits) text = change(text) ?? "";
  }
  expect(text.trim()).toBe(after.trim());
});

test("a lockfile's parents allow what osv-scanner upgrades in place, and forbid what it cannot", async () => {
  const { text, allowed, forbidden } = GOLDEN.lock;
  const files = filesOf({ "package-lock.json": text });
  const kindOf = async (upgrade: string): Promise<string> =>
    `${upgrade}: ${(await npm(request("package-lock.json", `npm ${upgrade}`), files)).kind}`;
  expect(await Promise.all(allowed.map(kindOf))).toEqual(allowed.map((upgrade) => `${upgrade}: lock`));
  expect(await Promise.all(forbidden.map(kindOf))).toEqual(forbidden.map((upgrade) => `${upgrade}: override`));
});
