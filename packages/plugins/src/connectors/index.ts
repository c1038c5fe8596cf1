import type { Connector } from "./connector.ts";
import { ociRegistry } from "./oci-registry/index.ts";

/** Everything that can be watched for what is new, sorted by id; one folder and one line each. */
export const CONNECTORS: readonly Connector[] = [ociRegistry];
