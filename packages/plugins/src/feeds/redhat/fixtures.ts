import { hash } from "node:crypto";
import { zstdCompressSync } from "node:zlib";
import type { RecordedAnswer, RecordedRequest } from "../recorded.ts";

/** One file of `tarOf`. */
export interface TarFixture {
  readonly name: string;
  readonly bytes: Buffer;
  /** The kind of member; `0`: a file. */
  readonly kind?: string;
}

/** A ustar archive. */
export function tarOf(files: readonly TarFixture[]): Buffer {
  const blocks = files.flatMap(({ name, bytes, kind }) => {
    const head = Buffer.alloc(512);
    head.write(name.slice(0, 100), 0);
    head.write("0000644\0", 100);
    head.write(`${bytes.length.toString(8).padStart(11, "0")}\0`, 124);
    head.write("00000000000\0", 136);
    head.write("        ", 148);
    head.write(kind ?? "0", 156);
    head.write("ustar\x0000", 257);
    const sum = head.reduce((total, byte) => total + byte, 0);
    head.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return [head, bytes, Buffer.alloc(-bytes.length & 511)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** A statement of `vexJson`: state, product id of the whole, product id of the part. */
export type StatementFixture = readonly [state: string, whole: string, part: string];

export interface VexFixture {
  readonly cve: string;
  /** Product ids of systems with their CPE names. */
  readonly wholes: Readonly<Record<string, string>>;
  /** Product ids of packages with their package URLs; empty: none. */
  readonly parts: Readonly<Record<string, string>>;
  readonly states: readonly StatementFixture[];
  readonly label?: string;
  readonly status?: string;
  readonly remedies?: readonly Readonly<Record<string, unknown>>[];
  readonly modified?: string;
}

const product = (id: string, category: string, helper: object) => ({
  category,
  name: id,
  product: { name: id, product_id: id, product_identification_helper: helper },
});

/** A CSAF document about one CVE. */
export function vexJson(fixture: VexFixture) {
  const { cve, wholes, parts, states } = fixture;
  const named = [...new Map(states.map(([, whole, part]) => [`${whole}:${part}`, { whole, part }] as const))];
  const product_status: Record<string, string[]> = {};
  for (const [state, whole, part] of states) (product_status[state] ??= []).push(`${whole}:${part}`);
  return {
    document: {
      aggregate_severity: { namespace: "https://example.org/", text: fixture.label ?? "Moderate" },
      category: "csaf_vex",
      csaf_version: "2.0",
      publisher: { category: "vendor", name: "Example", namespace: "https://example.org" },
      title: "A flaw in an example",
      tracking: {
        current_release_date: fixture.modified ?? "2026-01-05T10:00:00+00:00",
        id: cve,
        initial_release_date: "2026-01-01T00:00:00+00:00",
        status: fixture.status ?? "final",
        version: "1",
      },
    },
    product_tree: {
      branches: [
        {
          category: "vendor",
          name: "Example",
          branches: [
            ...Object.entries(wholes).map(([id, cpe]) => product(id, "product_name", { cpe })),
            ...Object.entries(parts).map(([id, purl]) => product(id, "product_version", purl === "" ? {} : { purl })),
          ],
        },
      ],
      relationships: named.map(([id, { whole, part }]) => ({
        category: "default_component_of",
        full_product_name: { name: `${part} as a component of ${whole}`, product_id: id },
        product_reference: part,
        relates_to_product_reference: whole,
      })),
    },
    vulnerabilities: [
      {
        cve,
        cwe: { id: "CWE-190", name: "Integer Overflow" },
        product_status,
        remediations: fixture.remedies ?? [],
        scores: [
          {
            cvss_v3: { vectorString: "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H" },
            products: named.map(([id]) => id),
          },
        ],
      },
    ],
  };
}

const sum = (bytes: Uint8Array, name: string): string => `${hash("sha256", bytes)}  ${name}\n`;

/** A provider's directory as it answers: `documents` by path, each with its time and checksum. */
export function csafDirectory(directory: {
  readonly archive?: { readonly name: string; readonly modified: string; readonly documents: readonly TarFixture[] };
  readonly changes: readonly (readonly [path: string, at: string])[];
  readonly deletions?: readonly (readonly [path: string, at: string])[];
  readonly documents: Readonly<Record<string, string>>;
}): (request: Pick<RecordedRequest, "path">) => RecordedAnswer | null {
  const rows = (list: readonly (readonly [string, string])[]) =>
    list.map(([path, at]) => `"${path}","${at}"\n`).join("");
  const files = new Map<string, RecordedAnswer>([["/changes.csv", { body: rows(directory.changes) }]]);
  if (directory.deletions) files.set("/deletions.csv", { body: rows(directory.deletions) });
  for (const [path, text] of Object.entries(directory.documents)) {
    files.set(`/${path}`, { body: text });
    files.set(`/${path}.sha256`, { body: sum(Buffer.from(text), path) });
  }
  if (directory.archive) {
    const { name, modified, documents } = directory.archive;
    const body = zstdCompressSync(tarOf(documents));
    files.set("/archive_latest.txt", { body: `${name}\n` });
    files.set(`/${name}`, { body, headers: { "last-modified": modified } });
    files.set(`/${name}.sha256`, { body: sum(body, name) });
  }
  return ({ path }) => files.get(path) ?? null;
}
