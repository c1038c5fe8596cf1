import {
  charsOf,
  CPE_ANY,
  CPE_NA,
  type CpeAttribute,
  type CpeChar,
  type CpeName,
  cpeName,
  isWildcard,
  valueOf,
} from "./name.ts";

const PREFIX = "cpe:/";
const FIELDS = ["part", "vendor", "product", "version", "update", "edition", "language"] as const;
/** What CPE 2.3 packs into the edition of a URI, between tildes. */
const PACKED = ["edition", "sw_edition", "target_sw", "target_hw", "other"] as const;

/** Decodes one component; null when its percent-encoding is broken or the value is not well-formed. */
const decode = (field: string): string | null => {
  if (field === "") return CPE_ANY;
  if (field === "-") return CPE_NA;
  const chars: CpeChar[] = [];
  for (let i = 0; i < field.length; i++) {
    if (field[i] !== "%") {
      chars.push({ char: field[i]!, quoted: false });
      continue;
    }
    const hex = field.slice(i + 1, i + 3);
    if (!/^[0-9a-f]{2}$/i.test(hex)) return null;
    const code = Number.parseInt(hex, 16);
    if (code === 1 || code === 2) chars.push({ char: code === 1 ? "?" : "*", quoted: false });
    else chars.push({ char: String.fromCharCode(code), quoted: true });
    i += 2;
  }
  return valueOf(chars);
};

/** Unbinds a CPE 2.2 URI, with the attributes of 2.3 that are packed into its edition; null when it is not valid. */
export const parseUri = (text: string): CpeName | null => {
  if (text.slice(0, PREFIX.length).toLowerCase() !== PREFIX) return null;
  const fields = text.slice(PREFIX.length).split(":");
  if (fields.length > FIELDS.length) return null;
  const values: Partial<Record<CpeAttribute, string>> = {};
  const set = (attribute: CpeAttribute, field: string): boolean => {
    const value = decode(field);
    if (value !== null) values[attribute] = value;
    return value !== null;
  };
  for (const [i, attribute] of FIELDS.entries()) {
    const field = fields[i] ?? "";
    const packed = attribute === "edition" && field.startsWith("~") ? field.slice(1).split("~") : null;
    if (packed === null ? !set(attribute, field) : packed.length !== PACKED.length) return null;
    if (packed && !PACKED.every((one, at) => set(one, packed[at]!))) return null;
  }
  return cpeName(values);
};

const encode = (value: string): string => {
  if (value === CPE_ANY) return "";
  if (value === CPE_NA) return "-";
  if (value === "\\-") return "%2d";
  return charsOf(value)
    .map((one) => {
      if (isWildcard(one)) return one.char === "?" ? "%01" : "%02";
      return /^[a-z0-9_.-]$/.test(one.char) ? one.char : `%${one.char.charCodeAt(0).toString(16).padStart(2, "0")}`;
    })
    .join("");
};

/** Binds a name to a CPE 2.2 URI, without the colons at its end. */
export const formatCpeUri = (name: CpeName): string => {
  const packed = PACKED.map((attribute) => encode(name[attribute]));
  const edition = packed.slice(1).every((field) => field === "") ? packed[0]! : `~${packed.join("~")}`;
  const fields = FIELDS.map((attribute) => (attribute === "edition" ? edition : encode(name[attribute])));
  return PREFIX + fields.join(":").replace(/:+$/, "");
};
