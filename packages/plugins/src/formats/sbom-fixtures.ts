import fc from "fast-check";
import {
  newComponent,
  newSbom,
  type Sbom,
  type SbomComponent,
  type SbomParty,
  type SbomVulnerability,
} from "./sbom.ts";

/** Texts without what XML and `<text>` cannot hold, or that no format keeps: signs that are none, and empty ends. */
// oxlint-disable-next-line no-control-regex -- they are what is taken out
const UNFIT = /[\u0000-\u001F\u007F-\u009F\uFFFD-\uFFFF]/g;
const text = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
  .map((one) => one.toWellFormed().replaceAll(UNFIT, "").trim())
  .filter((one) => one !== "" && one !== "NOASSERTION" && one !== "NONE" && !one.includes("</"));
const maybe = fc.option(text, { nil: "" });
const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/);
const version = fc.stringMatching(/^[0-9]\.[0-9]{1,2}(\.[0-9])?(-[a-z]{2})?$/);

const party: fc.Arbitrary<SbomParty> = fc.record({
  kind: fc.constantFrom("organization", "person"),
  name: text,
  email: fc.constantFrom("", "a@example.com"),
  url: fc.constantFrom("", "https://example.com"),
});

const license = fc.oneof(
  fc.constantFrom(
    "MIT",
    "Apache-2.0",
    "MIT OR Apache-2.0",
    "GPL-2.0-only WITH Classpath-exception-2.0",
    "LicenseRef-own",
  ),
  text,
);

const place = fc.record({
  path: fc.constantFrom("app/package-lock.json", "lib/apk/db/installed", "a b.jar"),
  line: fc.nat({ max: 99 }),
  inside: fc.constantFrom("", "WEB-INF/lib/a.jar"),
  layer: fc.constantFrom("", "sha256:00"),
});

const components = fc
  .array(
    fc.record({
      name: text,
      type: fc.constantFrom("library", "application", "container", "data", "operating-system", "cryptographic-asset"),
      group: maybe,
      version: fc.oneof(version, fc.constant("")),
      purlName: fc.option(word, { nil: null }),
      cpes: fc.uniqueArray(
        fc.constantFrom("cpe:2.3:a:x:y:1:*:*:*:*:*:*:*", "cpe:/a:x:y:2", "cpe:2.3:a:z:y:1:*:*:*:*:*:*:*"),
      ),
      description: maybe,
      copyright: maybe,
      publisher: maybe,
      supplier: fc.option(party),
      author: fc.option(party),
      declaredLicenses: fc.uniqueArray(license, { maxLength: 3 }),
      concludedLicenses: fc.uniqueArray(license, { maxLength: 2 }),
      hashes: fc.array(
        fc.constantFrom(
          { algorithm: "SHA-256", value: "ab".repeat(32) },
          { algorithm: "SHA-1", value: "ab".repeat(20) },
          { algorithm: "MD6", value: "00" },
          { algorithm: "BLAKE3", value: "cd".repeat(32) },
        ),
        { maxLength: 2 },
      ),
      scope: fc.constantFrom("", "required", "optional", "excluded"),
      downloadUrl: fc.constantFrom("", "https://example.com/a.tgz", "git+https://example.com/a#b"),
      references: fc.array(
        fc.constantFrom(
          { type: "website", url: "https://example.com" },
          { type: "vcs", url: "https://example.com/git" },
          { type: "distribution", url: "https://example.com/second" },
          { type: "advisories", url: "https://example.com/advisories" },
          { type: "own kind", url: "not an address" },
        ),
        { maxLength: 3 },
      ),
      places: fc.array(place, { maxLength: 3 }),
      isDirect: fc.option(fc.boolean()),
      isDev: fc.option(fc.boolean()),
      ownedBy: fc.constantFrom("", "pkg:deb/debian/python3@3.11?distro=debian-12"),
      properties: fc.array(fc.record({ name: text, value: text }), { maxLength: 2 }),
      parent: fc.nat({ max: 100 }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((made) =>
    made.map(({ purlName, parent, ...fields }, i): SbomComponent => {
      const purl = purlName === null ? "" : `pkg:npm/${purlName}@${fields.version || "1"}`;
      return {
        ...newComponent(`${purl || "c"} #${i}`, fields.name),
        ...fields,
        purl,
        // the first is the subject; the rest may lie in one that stands before
        parent: i > 1 && parent % 3 === 0 ? `#${1 + (parent % (i - 1))}` : "",
      };
    }),
  )
  .map((made) =>
    made.map((one) => ({ ...one, parent: one.parent === "" ? "" : made[Number(one.parent.slice(1))]!.ref })),
  );

const vulnerability = (refs: readonly string[]): fc.Arbitrary<SbomVulnerability> =>
  fc.record({
    ref: fc.uuid(),
    id: fc.constantFrom("CVE-2021-44228", "GHSA-jfh8-c2jp-5v3q"),
    source: fc.constantFrom({ name: "NVD", url: "https://nvd.nist.gov" }, { name: "", url: "" }),
    aliases: fc.uniqueArray(fc.constantFrom("CVE-2020-1", "GHSA-aaaa-bbbb-cccc")),
    ratings: fc.array(
      fc.record({
        method: fc.constantFrom("CVSSv31", "other"),
        score: fc.option(fc.constantFrom(9.8, 0, 5)),
        severity: fc.constantFrom("critical", "none"),
        vector: fc.constantFrom("", "CVSS:3.1/AV:N"),
      }),
      { maxLength: 2 },
    ),
    cwes: fc.uniqueArray(fc.constantFrom(79, 502)),
    description: maybe,
    recommendation: maybe,
    publishedAt: fc.constantFrom("", "2021-12-10T00:00:00Z"),
    updatedAt: fc.constantFrom("", "2022-12-10T00:00:00Z"),
    affects: fc.uniqueArray(
      fc.record({
        ref: fc.constantFrom(...refs),
        versions: fc.constantFrom(
          [],
          [{ version: "1.0", range: "", status: "affected" }],
          [{ version: "", range: "vers:npm/<2", status: "unaffected" }],
        ),
      }),
      { maxLength: 2, selector: ({ ref }) => ref },
    ),
    analysis: fc.option(
      fc.record({
        state: fc.constantFrom("not_affected", "exploitable"),
        justification: fc.constantFrom("", "code_not_present"),
        response: fc.uniqueArray(fc.constantFrom("update", "rollback")),
        detail: maybe,
        firstIssuedAt: fc.constantFrom("", "2022-12-10T00:00:00Z"),
        lastUpdatedAt: fc.constant(""),
      }),
    ),
  });

/** Documents that use all that the model has; their first component is the subject. For tests. */
export const sbomArbitrary: fc.Arbitrary<Sbom> = components.chain((made) => {
  const refs = made.map(({ ref }) => ref);
  return fc
    .record({
      id: fc.constantFrom("urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", "https://example.com/sbom/1"),
      revision: fc.integer({ min: 1, max: 9 }),
      name: text,
      createdAt: fc.constantFrom("", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678Z"),
      tools: fc.array(fc.record({ vendor: maybe, name: text, version: fc.oneof(version, fc.constant("")) }), {
        maxLength: 2,
      }),
      authors: fc.array(party, { maxLength: 2 }),
      supplier: fc.option(party),
      properties: fc.array(fc.record({ name: text, value: text }), { maxLength: 2 }),
      dependencies: fc.uniqueArray(
        fc.record({
          ref: fc.constantFrom(...refs),
          dependsOn: fc.uniqueArray(fc.constantFrom(...refs), { maxLength: 3 }),
        }),
        { maxLength: 4, selector: ({ ref }) => ref },
      ),
      vulnerabilities: fc.uniqueArray(vulnerability(refs), { maxLength: 2, selector: ({ ref }) => ref }),
    })
    .map((fields): Sbom => ({
      ...newSbom({ format: "scan", version: "" }),
      ...fields,
      subject: refs[0]!,
      components: made.map((one) => (one.parent === refs[0] ? { ...one, parent: "" } : one)),
    }));
});

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What of a document must survive: without where it was read from and the order of components, which says nothing. */
export const comparable = (sbom: Sbom, { hasVulnerabilities = true } = {}) => ({
  ...sbom,
  source: null,
  passedOver: [],
  components: [...sbom.components].sort((a, b) => compareText(a.ref, b.ref)),
  dependencies: sbom.dependencies
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: [...dependsOn].sort(compareText) }))
    .sort((a, b) => compareText(a.ref, b.ref)),
  vulnerabilities: hasVulnerabilities ? sbom.vulnerabilities : [],
});
