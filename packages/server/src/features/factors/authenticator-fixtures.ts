import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

const FLAGS = { present: 0x01, verified: 0x04, attested: 0x40 };

/** What a response is made with instead of what is right. */
export interface Wrong {
  readonly challenge?: string;
  readonly origin?: string;
  readonly rpId?: string;
  readonly counter?: number;
  readonly isVerified?: boolean;
}

const sha256 = (bytes: Buffer | string): Buffer => createHash("sha256").update(bytes).digest();
const cborText = (text: string): Buffer => Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)]);
const cborBytes = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0x59, bytes.length >> 8, bytes.length & 255]), bytes]);

/** An authenticator in software with one ES256 key for a host. */
export const softwareKey = ({ rpId, origin }: { rpId: string; origin: string }) => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const credentialId = randomBytes(16);
  const id = credentialId.toString("base64url");
  const state = { counter: 0, userHandle: "" };

  const cose = Buffer.concat([
    // {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]),
    Buffer.from(x, "base64url"),
    Buffer.from([0x22, 0x58, 0x20]),
    Buffer.from(y, "base64url"),
  ]);
  const dataOf = (flags: number, wrong: Wrong): Buffer => {
    state.counter += 1;
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(wrong.counter ?? state.counter);
    const verified = wrong.isVerified === false ? 0 : FLAGS.verified;
    return Buffer.concat([sha256(wrong.rpId ?? rpId), Buffer.from([flags | FLAGS.present | verified]), counter]);
  };
  const clientOf = (type: string, challenge: string, wrong: Wrong): Buffer =>
    Buffer.from(
      JSON.stringify({
        type,
        challenge: wrong.challenge ?? challenge,
        origin: wrong.origin ?? origin,
        crossOrigin: false,
      }),
    );
  const shape = { id, rawId: id, type: "public-key", clientExtensionResults: {} };

  return {
    /** As `navigator.credentials.create` answers. */
    make: ({ challenge, user }: { challenge: string; user?: { id: string } }, wrong: Wrong = {}) => {
      state.userHandle = user?.id ?? "";
      const length = Buffer.from([0, credentialId.length]);
      const attested = Buffer.concat([Buffer.alloc(16), length, credentialId, cose]);
      const attestationObject = Buffer.concat([
        Buffer.from([0xa3]),
        Buffer.concat([cborText("fmt"), cborText("none"), cborText("attStmt"), Buffer.from([0xa0])]),
        Buffer.concat([cborText("authData"), cborBytes(Buffer.concat([dataOf(FLAGS.attested, wrong), attested]))]),
      ]);
      const clientDataJSON = clientOf("webauthn.create", challenge, wrong).toString("base64url");
      const response = { clientDataJSON, attestationObject: attestationObject.toString("base64url") };
      return { ...shape, response: { ...response, transports: ["internal"] } };
    },
    /** As `navigator.credentials.get` answers. */
    show: ({ challenge }: { challenge: string }, wrong: Wrong = {}) => {
      const authenticatorData = dataOf(0, wrong);
      const client = clientOf("webauthn.get", challenge, wrong);
      const signature = sign("sha256", Buffer.concat([authenticatorData, sha256(client)]), privateKey);
      return {
        ...shape,
        response: {
          clientDataJSON: client.toString("base64url"),
          authenticatorData: authenticatorData.toString("base64url"),
          signature: signature.toString("base64url"),
          userHandle: state.userHandle,
        },
      };
    },
  };
};
