import {
  createGathering,
  type Gathering,
  instantOf,
  isObject,
  type Json,
  lineOf,
  namesOf,
  objectOf,
  objectsOf,
  productOf,
  textsOf,
} from "./read.ts";
import { VEX_LIMITS, type VexDocument, type VexProduct, type VexStatus } from "./vex.ts";

/** CSAF's product states in the four words of VEX; `recommended` says nothing of a weakness. */
const STATUS_OF: Readonly<Record<string, VexStatus>> = {
  known_not_affected: "not_affected",
  fixed: "fixed",
  first_fixed: "fixed",
  under_investigation: "under_investigation",
  known_affected: "affected",
  first_affected: "affected",
  last_affected: "affected",
};

/** Systems by vendor and product of their CPE name, and how `distro` of a package URL begins. */
const DISTRO_OF_CPE: Readonly<Record<string, string>> = {
  "redhat:enterprise_linux": "rhel-",
  "redhat:rhel_eus": "rhel-",
  "redhat:rhel_aus": "rhel-",
  "redhat:rhel_tus": "rhel-",
  "redhat:rhel_e4s": "rhel-",
  "suse:sles": "sles-",
  "suse:sled": "sled-",
  "opensuse:leap": "opensuse-leap-",
  "oracle:linux": "ol-",
  "canonical:ubuntu_linux": "ubuntu-",
  "debian:debian_linux": "debian-",
  "rocky:rocky": "rocky-",
  "almalinux:almalinux": "almalinux-",
  "amazon:linux": "amzn-",
};

/** The `distro` qualifier that the CPE name of a system means; null: it is no system that we know, or has no version. */
const distroOf = (cpe: string): string | null => {
  const parts = cpe.replace(/^cpe:(?:2\.3:|\/)/, "").split(":");
  const begin = DISTRO_OF_CPE[`${parts[1]}:${parts[2]}`];
  const version = parts[3] ?? "";
  if (begin === undefined || !/^\d[\d.]*$/.test(version)) return null;
  const pack = /^(?:sp|update)(\d+)$/i.exec(parts[4] ?? "")?.[1];
  return `${begin}${version}${pack === undefined ? "" : `.${pack}`}`;
};

const IS_SYSTEM_PACKAGE = /^pkg:(?:alpm|apk|deb|rpm)\//;
const HAS_VERSION = /^[^?#]*\/[^/?#@]+@/;
const HAS_DISTRO = /[?&]distro=/;

const withDistro = (purl: string, distro: string): string => {
  if (HAS_DISTRO.test(purl)) return purl;
  const hash = purl.indexOf("#");
  const [head, tail] = hash < 0 ? [purl, ""] : [purl.slice(0, hash), purl.slice(hash)];
  return `${head}${head.includes("?") ? "&" : "?"}distro=${encodeURIComponent(distro)}${tail}`;
};

interface Helper {
  readonly purls: readonly string[];
  readonly cpe: string;
}

const helperOf = (product: Json): Helper => {
  const helper = objectOf(product["product_identification_helper"]);
  // 2.1 has a list in place of the one.
  const purls = [lineOf(helper["purl"], VEX_LIMITS.refLength), ...textsOf(helper["purls"])].filter((one) =>
    one.startsWith("pkg:"),
  );
  return { purls, cpe: lineOf(helper["cpe"]) };
};

/** Every product of the tree by its id: those of branches and full names. Stops at the bounds. */
const helpersOf = (tree: Json): Map<string, Helper> => {
  const found = new Map<string, Helper>();
  const put = (product: unknown): void => {
    if (isObject(product)) found.set(lineOf(product["product_id"], VEX_LIMITS.refLength), helperOf(product));
  };
  let level = objectsOf(tree["branches"]);
  let seen = 0;
  for (let depth = 0; level.length > 0 && depth < VEX_LIMITS.branchDepth; depth += 1) {
    for (const branch of level) put(branch["product"]);
    seen += level.length;
    level = seen > VEX_LIMITS.treeNodes ? [] : level.flatMap((branch) => objectsOf(branch["branches"]));
  }
  for (const product of objectsOf(tree["full_product_names"]).slice(0, VEX_LIMITS.treeNodes)) put(product);
  return found;
};

/**
 * What a component of a product means. Of a system we know it is the package on that system; an exact build of a system's
 * package is the same wherever it lies; of a product with a purl it is a part of that product. Else nothing says where it holds.
 */
const partOf = (part: Helper, whole: Helper): VexProduct[] => {
  const distro = distroOf(whole.cpe);
  const [product] = whole.purls;
  return part.purls.flatMap((purl): VexProduct[] => {
    if (IS_SYSTEM_PACKAGE.test(purl) && distro !== null) return [productOf(withDistro(purl, distro))];
    if (IS_SYSTEM_PACKAGE.test(purl) && (HAS_VERSION.test(purl) || HAS_DISTRO.test(purl))) return [productOf(purl)];
    return product === undefined ? [] : [{ purl: product, versions: null, subcomponents: [purl] }];
  });
};

const productsById = (tree: Json): Map<string, readonly VexProduct[]> => {
  const helpers = helpersOf(tree);
  const products = new Map([...helpers].map(([id, { purls }]) => [id, purls.map(productOf)] as const));
  const none: Helper = { purls: [], cpe: "" };
  for (const relation of objectsOf(tree["relationships"]).slice(0, VEX_LIMITS.treeNodes)) {
    const id = lineOf(objectOf(relation["full_product_name"])["product_id"], VEX_LIMITS.refLength);
    const part = helpers.get(lineOf(relation["product_reference"], VEX_LIMITS.refLength)) ?? none;
    const whole = helpers.get(lineOf(relation["relates_to_product_reference"], VEX_LIMITS.refLength)) ?? none;
    const own = helperOf(objectOf(relation["full_product_name"]));
    products.set(id, own.purls.length > 0 ? own.purls.map(productOf) : partOf(part, whole));
    // What a relation makes may be a part of another.
    if (!helpers.has(id)) helpers.set(id, { purls: part.purls, cpe: whole.cpe });
  }
  return products;
};

/** The text of the first entry that names the product, by its id. */
const wordsByProduct = (entries: readonly Json[], field: string, max: number): Map<string, string> => {
  const found = new Map<string, string>();
  for (const entry of entries) {
    const word = lineOf(entry[field], max);
    for (const id of textsOf(entry["product_ids"])) if (word !== "" && !found.has(id)) found.set(id, word);
  }
  return found;
};

const idsOf = (vulnerability: Json): string[] =>
  namesOf([vulnerability["cve"], ...objectsOf(vulnerability["ids"]).map((one) => one["text"])]);

/** Adds one statement for each status and justification. */
const addVulnerability = (
  gathering: Gathering,
  vulnerability: Json,
  where: string,
  given: { products: ReadonlyMap<string, readonly VexProduct[]>; author: string; at: string },
): void => {
  const flags = wordsByProduct(objectsOf(vulnerability["flags"]), "label", VEX_LIMITS.idLength);
  const impacts = objectsOf(vulnerability["threats"]).filter((one) => one["category"] === "impact");
  const notes = wordsByProduct(impacts, "details", VEX_LIMITS.noteLength);
  const groups = new Map<string, { status: VexStatus; justification: string; note: string; products: VexProduct[] }>();
  let unnamed = 0;
  for (const [state, ids] of Object.entries(objectOf(vulnerability["product_status"]))) {
    const status = Object.hasOwn(STATUS_OF, state) ? STATUS_OF[state]! : null;
    if (status === null) continue;
    for (const id of textsOf(ids)) {
      const found = given.products.get(id) ?? [];
      if (found.length === 0) unnamed += 1;
      const isNot = status === "not_affected";
      const [justification, note] = [isNot ? (flags.get(id) ?? "") : "", isNot ? (notes.get(id) ?? "") : ""];
      const key = JSON.stringify([status, justification, note]);
      const group = groups.get(key) ?? { status, justification, note, products: [] };
      group.products.push(...found);
      groups.set(key, group);
    }
  }
  const names = idsOf(vulnerability);
  if (unnamed > 0) gathering.problem(where, `${unnamed} of its products are named by no package URL`);
  for (const group of groups.values())
    if (group.products.length > 0) gathering.add(where, names, { ...group, author: given.author, at: given.at });
};

/** True for a CSAF document, 2.0 and 2.1. */
export const isCsaf = (document: Json): boolean =>
  /^2\.\d/.test(lineOf(objectOf(document["document"])["csaf_version"]));

/** Reads what a CSAF document says of products, whatever its category (https://docs.oasis-open.org/csaf/csaf/v2.0/). */
export const parseCsaf = (json: Json): VexDocument => {
  const gathering = createGathering();
  const head = objectOf(json["document"]);
  const tracking = objectOf(head["tracking"]);
  const author = lineOf(objectOf(head["publisher"])["name"]);
  const at = instantOf(tracking["current_release_date"], tracking["initial_release_date"]);
  const products = productsById(objectOf(json["product_tree"]));
  for (const [i, vulnerability] of objectsOf(json["vulnerabilities"]).entries())
    addVulnerability(gathering, vulnerability, `vulnerability ${i + 1}`, { products, author, at });
  return gathering.done({ format: "csaf", id: lineOf(tracking["id"]), author, at });
};
