import type { CompanyKeys } from "../../platform/crypto/index.ts";
import type { PeopleDeps } from "../people/index.ts";

/** What second factors need of the rest. */
export interface FactorDeps {
  readonly keys: CompanyKeys;
  readonly people: PeopleDeps;
  /** The address that the operator named; else passkeys are of the host that a request is for. */
  readonly publicUrl?: string | undefined;
}
