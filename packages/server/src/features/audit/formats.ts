import { isIP } from "node:net";
import type { Link } from "./chain-sql.ts";

/** A link with its row read from the text that was hashed. */
interface Told {
  readonly company: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly detail: unknown;
  readonly before: unknown;
  readonly after: unknown;
  readonly ip: string;
}

const CEF_VERSION = "CEF:0";
/** CEF's scale is 0..10. */
const CEF_SEVERITY = { security: 7, other: 3 };
/** Facility 13 is the log audit; 4 is a warning, 5 a notice (RFC 5424, 6.2.1). */
const SYSLOG_FACILITY = 13;
const SYSLOG_SEVERITY = { security: 4, other: 5 };
/** The enterprise number that RFC 5612 sets apart for documents; structured data needs one. */
const SYSLOG_ENTERPRISE = 32_473;
const SYSLOG_MSGID_MAX = 32;
const SYSLOG_HOST_MAX = 255;

const kindOf = (action: string): "security" | "other" => (action.startsWith("security.") ? "security" : "other");
const toldBy = (content: string): Told => JSON.parse(content) as Told;

/**
 * A link as one line of JSON. What stands after `"event":` up to the last brace is the very text that was hashed:
 * hash = SHA-256(previous, event).
 */
export const jsonLine = ({ seq, previous, hash, content }: Link): string =>
  `{"seq":${seq},"previous":"${previous}","hash":"${hash}","event":${content ?? "null"}}`;

const cefHeader = (text: string): string => text.replaceAll(/[\\|]/g, "\\$&").replaceAll(/[\r\n]+/g, " ");
const cefValue = (text: string): string =>
  text.replaceAll(/[\\=]/g, "\\$&").replaceAll("\r", "\\r").replaceAll("\n", "\\n");

/** A link as one line of ArcSight's Common Event Format; the action is the event's class. */
export const cefLine = ({ seq, hash, content }: Link, version: string): string => {
  if (content === null)
    return `${CEF_VERSION}|ZeroTrace|ZeroTrace|${version}|audit.removed|audit.removed|10|cn1=${seq} cn1Label=seq`;
  const { company, at, actor, action, target, detail, before, after, ip } = toldBy(content);
  const fields: [string, string][] = [
    ["rt", String(Date.parse(at))],
    ["suser", actor],
    ["act", action],
    ...(isIP(ip) === 0 ? [] : [["src", ip] as [string, string]]),
    ["cn1", String(seq)],
    ["cn1Label", "seq"],
    ["cn2", String(company)],
    ["cn2Label", "company"],
    ["cs1", target],
    ["cs1Label", "target"],
    ["cs2", hash],
    ["cs2Label", "hash"],
    ["msg", JSON.stringify({ detail, before, after })],
  ];
  const head = [CEF_VERSION, "ZeroTrace", "ZeroTrace", version, action, action].map(cefHeader).join("|");
  const extension = fields.map(([name, value]) => `${name}=${cefValue(value)}`).join(" ");
  return `${head}|${CEF_SEVERITY[kindOf(action)]}|${extension}`;
};

/** Only visible ASCII may stand in a header of syslog. */
const visible = (text: string, max: number): string => text.replaceAll(/[^\x21-\x7e]/g, "?").slice(0, max) || "-";

/** A line as a message of RFC 5424, UTF-8 with its mark; MSGID is the action. */
export const syslogMessage = ({ seq, hash, content }: Link, line: string, host: string): string => {
  const told = content === null ? null : toldBy(content);
  const action = told?.action ?? "audit.removed";
  const priority = SYSLOG_FACILITY * 8 + SYSLOG_SEVERITY[kindOf(action)];
  const company = told === null ? "" : ` company="${told.company}"`;
  const structured = `[zerotrace@${SYSLOG_ENTERPRISE}${company} seq="${seq}" hash="${hash}"]`;
  const header = [told?.at ?? "-", visible(host, SYSLOG_HOST_MAX), "zerotrace", "-", visible(action, SYSLOG_MSGID_MAX)];
  return `<${priority}>1 ${header.join(" ")} ${structured} \u{FEFF}${line}`;
};
