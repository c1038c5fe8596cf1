import type { FastifyInstance } from "fastify";
import type { Server as TlsServer } from "node:tls";

/** What a server that speaks TLS itself needs. */
export interface TlsListener {
  /** The certificate with those between it and its authority, PEM. */
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  /**
   * Asks clients for a certificate and leaves it to the routes to judge it; the value is the PEM of an authority that is named to
   * them, so that browsers do not offer their people's own. Left out: asks for none.
   */
  readonly clientHint?: string;
}

const HANDSHAKE_MS = 15_000;

/** Node's options of a listener. Possession of a shown certificate's key is always proved by the handshake. */
export const tlsOptions = ({ cert, key, clientHint }: TlsListener) => ({
  cert,
  key,
  handshakeTimeout: HANDSHAKE_MS,
  minVersion: "TLSv1.2" as const,
  ...(clientHint === undefined ? {} : { requestCert: true, rejectUnauthorized: false, ca: clientHint }),
});

/** Takes another certificate for connections from now on. Throws what OpenSSL says of one that cannot be used. */
export const renewTls = (app: FastifyInstance, listener: TlsListener): void => {
  (app.server as unknown as TlsServer).setSecureContext(tlsOptions(listener));
};
