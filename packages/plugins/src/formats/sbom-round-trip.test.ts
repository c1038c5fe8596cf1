import fc from "fast-check";
import { expect, test } from "vitest";
import { SBOM_WRITERS, textOfPieces, writeSbom } from "./sbom-formats.ts";
import { lazyJsonOfBytes } from "./sbom-lists.ts";
import { readSbom } from "./sbom-read.ts";
import { validateSbom } from "./sbom-validate.ts";
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
const anyText = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
  .map((one) => one.toWellFormed().replaceAll(UNFIT, "").trim())
  .filter((one) => one !== "" && one !== "NOASSERTION" && one !== "NONE" && !one.includes("</"));
const maybe = fc.option(anyText, { nil: "" });
const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/);
const number = fc.stringMatching(/^[0-9]\.[0-9]{1,2}(\.[0-9])?(-[a-z]{2})?$/);

const party: fc.Arbitrary<SbomParty> = fc.record({
  kind: fc.constantFrom("organization", "person"),
  name: anyText,
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
  anyText,
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
      name: anyText,
      type: fc.constantFrom("library", "application", "container", "data", "operating-system", "cryptographic-asset"),
      group: maybe,
      version: fc.oneof(number, fc.constant("")),
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
      properties: fc.array(fc.record({ name: anyText, value: anyText }), { maxLength: 2 }),
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
const sbomArbitrary: fc.Arbitrary<Sbom> = components.chain((made) => {
  const refs = made.map(({ ref }) => ref);
  return fc
    .record({
      id: fc.constantFrom("urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", "https://example.com/sbom/1"),
      revision: fc.integer({ min: 1, max: 9 }),
      name: anyText,
      createdAt: fc.constantFrom("", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678Z"),
      tools: fc.array(fc.record({ vendor: maybe, name: anyText, version: fc.oneof(number, fc.constant("")) }), {
        maxLength: 2,
      }),
      authors: fc.array(party, { maxLength: 2 }),
      supplier: fc.option(party),
      properties: fc.array(fc.record({ name: anyText, value: anyText }), { maxLength: 2 }),
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
const comparable = (sbom: Sbom, { hasVulnerabilities = true } = {}) => ({
  ...sbom,
  source: null,
  passedOver: [],
  components: [...sbom.components].sort((a, b) => compareText(a.ref, b.ref)),
  dependencies: sbom.dependencies
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: [...dependsOn].sort(compareText) }))
    .sort((a, b) => compareText(a.ref, b.ref)),
  vulnerabilities: hasVulnerabilities ? sbom.vulnerabilities : [],
});

const ALL = SBOM_WRITERS.flatMap(({ id, versions }) => versions.map((version) => [id, version] as const));
/** Documents that each format is tried with (count). */
const RUNS = 12;

test.each(ALL)(
  "what is written as %s %s is valid, the same bytes each time, and loses nothing",
  async (format, version) => {
    const hasVulnerabilities = format.startsWith("cyclonedx") && version > "1.4";
    await fc.assert(
      fc.asyncProperty(sbomArbitrary, async (sbom) => {
        const written = textOfPieces(await writeSbom(sbom, format, version));
        expect(textOfPieces(await writeSbom(sbom, format, version))).toBe(written);
        expect((await validateSbom(Buffer.from(written))).faults).toEqual([]);
        if (version === "1.2") return;
        const read = await readSbom(Buffer.from(written));
        expect(comparable(read, { hasVulnerabilities })).toEqual(comparable(sbom, { hasVulnerabilities }));
        // large documents are cut into their elements
        expect(await readSbom(Buffer.from(written), (bytes) => lazyJsonOfBytes(bytes, 0))).toEqual(read);
      }),
      { numRuns: RUNS },
    );
  },
);

test("CycloneDX 1.2 keeps components, licenses, hashes and the graph, though it has no properties", async () => {
  await fc.assert(
    fc.asyncProperty(sbomArbitrary, async (sbom) => {
      const read = await readSbom(Buffer.from(textOfPieces(await writeSbom(sbom, "cyclonedx-json", "1.2"))));
      const short = (one: typeof sbom) =>
        comparable(one).components.map(({ ref, name, version, purl, parent }) => ({
          ref,
          name,
          version,
          purl,
          parent,
        }));
      expect(short(read)).toEqual(short(sbom));
      expect(comparable(read).dependencies).toEqual(comparable(sbom).dependencies);
    }),
    { numRuns: RUNS },
  );
});

test("a document without an id gets one of its content", async () => {
  await fc.assert(
    fc.asyncProperty(sbomArbitrary, async (sbom) => {
      const one = textOfPieces(await writeSbom({ ...sbom, id: "" }, "cyclonedx-json"));
      const other = textOfPieces(await writeSbom({ ...sbom, id: "", name: `${sbom.name}!` }, "cyclonedx-json"));
      const idOf = (text: string): unknown => (JSON.parse(text) as Record<string, unknown>)["serialNumber"];
      expect(idOf(one)).toMatch(/^urn:uuid:/);
      expect(idOf(one)).not.toBe(idOf(other));
    }),
    { numRuns: 5 },
  );
});

const told = async (bytes: Uint8Array): Promise<unknown> => await readSbom(bytes).catch((error: unknown) => error);

test.each(SBOM_WRITERS.map(({ id }) => id))(
  "%s cut anywhere or with bytes changed is read or refused, never worse",
  async (format) => {
    await fc.assert(
      fc.asyncProperty(sbomArbitrary, fc.nat(), fc.nat({ max: 255 }), async (sbom, at, byte) => {
        const bytes = Buffer.from(textOfPieces(await writeSbom(sbom, format)));
        const changed = Buffer.from(bytes);
        changed[at % bytes.length] = byte;
        for (const one of [bytes.subarray(0, at % bytes.length), changed]) {
          const result = await told(one);
          if (result instanceof Error) expect(result).toMatchObject({ code: "BAD_REQUEST" });
          const checked = await validateSbom(one).catch((error: unknown) => error);
          if (checked instanceof Error) expect(checked).toMatchObject({ code: "BAD_REQUEST" });
        }
      }),
      { numRuns: 15 },
    );
  },
);
