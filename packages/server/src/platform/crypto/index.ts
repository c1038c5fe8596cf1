export { type CompanyKeys, createCompanyKeys, type Place } from "./company-keys.ts";
export { isSealed, PLAIN_BYTES_MAX } from "./envelope.ts";
export { keyringPath } from "./keyring.ts";
export { localMasterKeys, type MasterKeys, type WrappedKey } from "./master-keys.ts";
export { isSignedBy, type Signer, signerOf } from "./signing.ts";
export { transitMasterKeys } from "./transit.ts";
