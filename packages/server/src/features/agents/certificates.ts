import { AppError } from "@zerotrace/core";
import { LRUCache } from "lru-cache";
import { randomUUID, X509Certificate } from "node:crypto";
import { TLSSocket } from "node:tls";
import type { Identity } from "../../platform/auth/index.ts";
import type { CompanyKeys, Place } from "../../platform/crypto/index.ts";
import type { Database, Tx } from "../../platform/db/index.ts";
import type { ProveDevice } from "../../platform/http/index.ts";
import {
  agentOf,
  type Authority,
  CERTIFICATE_MS,
  certify,
  isSignedBy,
  newAuthority,
} from "../../platform/pki/index.ts";
import { authoritiesOf, insertAuthority, lockAuthorities } from "./ca-sql.ts";
import { routes } from "./contract.ts";

/** Whether agents prove themselves by a certificate: never, where they show one, or always. */
export type AgentTls = "off" | "optional" | "required";

export interface CertificatesDeps {
  readonly db: Database;
  readonly keys: CompanyKeys;
  readonly mode: AgentTls;
  readonly now?: () => Date;
}

/** The certificates of agents, each signed by the authority of its company. */
export interface Certificates {
  /** The certificate (DER in base64) for an agent's request; undefined where none is asked for or none is used. Throws BAD_REQUEST. */
  issue(tx: Tx, agent: { companyId: number; agentId: string }, csr: string | undefined): Promise<string | undefined>;
  /** Refuses a device whose connection shows another's certificate, or none where one is required. */
  readonly prove: ProveDevice;
}

/** An authority that ends sooner is followed by a new one; both are believed. */
const RENEW_BEFORE_MS = 365 * 86_400_000;
/** How long authorities are held in memory: one made by another process is known after that. */
const HELD_MS = 60_000;
const HELD_MAX = 10_000;
/** An agent that slept so much longer than its certificate's life may still renew it, and nothing else. */
const RENEWAL_GRACE_MS = 6 * CERTIFICATE_MS;

const placeOf = (id: string): Place => ({ table: "company_ca", column: "key", row: id });

const refused = (detail: string): AppError =>
  new AppError("UNAUTHENTICATED", `${detail} Enroll this agent again.`, { field: "certificate" });

/** What a connection's certificate says; looked at once for each connection. */
interface Shown {
  readonly certificate: X509Certificate;
  readonly agent: ReturnType<typeof agentOf>;
  /** The company whose authority is known to have signed it. */
  signedFor: number | null;
}

const createShown = () => {
  const shown = new WeakMap<object, Shown | null>();
  return (socket: object): Shown | null => {
    const held = shown.get(socket);
    if (held !== undefined) return held;
    const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
    const found = certificate === undefined ? null : { certificate, agent: agentOf(certificate), signedFor: null };
    shown.set(socket, found);
    return found;
  };
};

const createAuthorities = ({ keys }: CertificatesDeps, now: () => Date) => {
  const newestOf = async (tx: Tx, companyId: number): Promise<Authority | null> => {
    const [newest] = await authoritiesOf(tx, companyId);
    if (newest === undefined || newest.expiresAt.getTime() - now().getTime() < RENEW_BEFORE_MS) return null;
    const key = await keys.open(tx, companyId, placeOf(newest.id), newest.key);
    return { certificate: newest.certificate, key };
  };
  const make = async (tx: Tx, companyId: number): Promise<Authority> => {
    const made = newAuthority(companyId, now());
    const id = randomUUID();
    const { validToDate: expiresAt } = new X509Certificate(made.certificate);
    const key = await keys.seal(tx, companyId, placeOf(id), made.key);
    await insertAuthority(tx, companyId, { id, certificate: made.certificate, key, expiresAt });
    return made;
  };
  return {
    /** The one that signs now; made when there is none. */
    signing: async (tx: Tx, companyId: number): Promise<Authority> => {
      const found = await newestOf(tx, companyId);
      if (found !== null) return found;
      await lockAuthorities(tx, companyId);
      return (await newestOf(tx, companyId)) ?? (await make(tx, companyId));
    },
  };
};

/** Issues and judges agents' certificates. */
export const createCertificates = (deps: CertificatesDeps): Certificates => {
  const { db, mode } = deps;
  const now = deps.now ?? (() => new Date());
  const authorities = createAuthorities(deps, now);
  const shownBy = createShown();
  const held = new LRUCache<number, X509Certificate[]>({ max: HELD_MAX, ttl: HELD_MS });

  const believed = async (companyId: number, isFresh: boolean): Promise<X509Certificate[]> => {
    const known = isFresh ? undefined : held.get(companyId);
    if (known !== undefined) return known;
    const stored = await db.withCompany(companyId, (tx) => authoritiesOf(tx, companyId));
    const read = stored.map(({ certificate }) => new X509Certificate(certificate));
    held.set(companyId, read);
    return read;
  };
  const isOurs = async (shown: Shown, { companyId, credentialId }: Identity): Promise<boolean> => {
    if (shown.agent?.companyId !== companyId || shown.agent.agentId !== credentialId) return false;
    if (shown.signedFor === companyId) return true;
    const isGood =
      isSignedBy(shown.certificate, await believed(companyId, false)) ||
      isSignedBy(shown.certificate, await believed(companyId, true));
    if (isGood) shown.signedFor = companyId;
    return isGood;
  };
  const assertInTime = ({ certificate }: Shown, isRenewal: boolean): void => {
    const at = now().getTime();
    const until = certificate.validToDate.getTime() + (isRenewal ? RENEWAL_GRACE_MS : 0);
    if (at < certificate.validFromDate.getTime()) throw refused("The certificate is not good yet: check the clocks.");
    if (at > until) throw refused("The certificate has expired.");
  };

  return {
    issue: async (tx, { companyId, agentId }, csr) => {
      if (mode === "off" || csr === undefined) return undefined;
      const authority = await authorities.signing(tx, companyId);
      const request = Buffer.from(csr, "base64");
      return certify(authority, { companyId, agentId, request, now: now() }).toString("base64");
    },
    prove: async (request, identity, route) => {
      if (mode === "off") return;
      const shown = shownBy(request.raw.socket);
      if (shown === null) {
        if (mode === "optional") return;
        throw refused("This server wants the certificate that this agent got when it was enrolled.");
      }
      if (!(await isOurs(shown, identity))) throw refused("The certificate is not that of this agent.");
      assertInTime(shown, route === routes.rotate);
    },
  };
};
