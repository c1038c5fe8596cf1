import type { LifeCycle } from "../advisory/enrichment.ts";
import { parseOsvRecord } from "../advisory/osv.ts";
import { createIndexBuilder } from "../match/build.ts";
import { openIndex } from "../match/open.ts";
import type { SourceReport } from "../match/types.ts";

/** The moment of these examples. */
export const NOW = "2026-03-01T00:00:00Z";

/** A record of one range. */
export const record = (id: string, ecosystem: string, name: string, events: object[], more: object = {}) =>
  parseOsvRecord({
    id,
    modified: "2026-01-01T00:00:00Z",
    affected: [{ package: { ecosystem, name }, ranges: [{ type: "ECOSYSTEM", events }] }],
    ...more,
  });

/** A source that covers some ecosystems. */
export const source = (covers: string[]): SourceReport => ({
  feed: "osv",
  location: "",
  dataAt: "2026-02-28T00:00:00Z",
  readAt: NOW,
  recordCount: 1,
  badCount: 0,
  bad: [],
  covers,
  notCovered: [],
  origins: [],
});

const debian: LifeCycle = {
  product: "debian",
  title: "Debian",
  identifiers: [],
  cycles: [
    { name: "12", endsAt: "2028-06-30", latest: "" },
    { name: "8", endsAt: "2020-06-30", latest: "" },
  ],
};

const build = () => {
  const builder = createIndexBuilder();
  const upstream = (id: string) => ({ upstream: [id] });
  for (const one of [
    record(
      "DEBIAN-CVE-2026-0001",
      "Debian:12",
      "openssl",
      [{ introduced: "0" }, { fixed: "3.0.15-1" }],
      upstream("CVE-2026-0001"),
    ),
    record("DEBIAN-CVE-2026-0002", "Debian:12", "openssl", [{ introduced: "3.5.0-1" }], upstream("CVE-2026-0002")),
    record("GHSA-aaaa-aaaa-aaaa", "npm", "a", [{ introduced: "1.0.0" }, { fixed: "2.0.0" }], {
      aliases: ["CVE-2026-0003"],
      database_specific: { severity: "HIGH" },
    }),
    record("GHSA-bbbb-bbbb-bbbb", "npm", "a", [{ introduced: "0" }, { last_affected: "1.5.0" }]),
    record("GHSA-cccc-cccc-cccc", "npm", "b", [{ introduced: "0" }], { withdrawn: "2026-02-03T00:00:00Z" }),
    record("PYSEC-2026-1", "PyPI", "c", [{ introduced: "0" }, { fixed: "2" }]),
    parseOsvRecord({
      id: "PYSEC-2026-2",
      modified: "2026-01-01T00:00:00Z",
      affected: [
        {
          package: { ecosystem: "PyPI", name: "listed" },
          ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: "2" }] }],
          versions: ["1.0", "1.1"],
        },
        { package: { ecosystem: "PyPI", name: "only-listed" }, versions: ["1.0"] },
      ],
    }),
  ])
    builder.add(one);
  builder.lifeCycle(debian);
  return openIndex(builder.finish({ builtAt: NOW, sources: [source(["Debian:12", "PyPI", "npm"])] }));
};
/** A small index in which each way of deciding has its example. */
export const EXAMPLES = build();
