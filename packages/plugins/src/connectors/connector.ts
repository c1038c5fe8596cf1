import type { Descriptor } from "../plugin.ts";

/** Which repositories and tags of a registry are looked at. Patterns: `*` is anything but a slash, `**` anything. */
export interface RegistryRules {
  /** Names or patterns; at least one. Names alone need no list of the registry's repositories. */
  readonly repositories: readonly string[];
  readonly exceptRepositories: readonly string[];
  /** Tags; all when empty. */
  readonly tags: readonly string[];
  readonly exceptTags: readonly string[];
  /** Of each repository so many tags, the newest by name (`orderTags`). */
  readonly newestTags: number;
}

/** What a connector is to look at. */
export interface RegistryTarget {
  /** As in an image's name: `ghcr.io`, `registry.example.com:5000`. */
  readonly host: string;
  readonly rules: RegistryRules;
  readonly credential: { readonly user: string; readonly password: string } | null;
}

export interface ConnectorContext {
  /** Everything is asked through it. */
  readonly fetch: typeof fetch;
  /** A folder whose `config.json` has credentials for hosts that the target names none for. */
  readonly credentialsDir: string;
  /** How one signs in, for sentences that say what to do. */
  readonly signIn: string;
  readonly signal: AbortSignal;
  /** Ends after so long instead of the connector's own bound (milliseconds). */
  readonly timeoutMs?: number;
}

/** A tag that the rules choose, and what it is now. */
export interface WatchedTag {
  readonly tag: string;
  /** `sha256:…` of its manifest or index. */
  readonly digest: string;
}

/** A repository whose tags were listed. */
export interface WatchedRepository {
  readonly repository: string;
  /** Chosen by the rules, in their order. */
  readonly chosen: readonly WatchedTag[];
  /** Every tag that it has, whether the rules choose it or not. */
  readonly tags: ReadonlySet<string>;
}

/** What a look found. */
export interface RegistryLook {
  /** Sorted by name. */
  readonly repositories: readonly WatchedRepository[];
  /** Chosen, and could not be listed: nothing is said of their tags. */
  readonly unlisted: readonly string[];
  /** Repositories that are known not to be there any more. */
  readonly missing: readonly string[];
  /** Every repository that the rules choose was found: any other is gone. */
  readonly isWhole: boolean;
  /** What could not be looked at or was left out, each in a sentence, at most 20. */
  readonly problems: readonly string[];
  readonly requestCount: number;
}

/** What a test of the connection found. */
export interface ConnectorTest {
  /** A sentence for whoever set it up. */
  readonly says: string;
  readonly repositoryCount: number;
}

/** Watches a place from which images come. */
export interface Connector {
  readonly descriptor: Descriptor;
  /** Lists what the rules choose. Throws AppError UNAUTHENTICATED, NOT_FOUND, RATE_LIMITED, UNREADABLE and BAD_REQUEST with what to do. */
  readonly look: (target: RegistryTarget, context: ConnectorContext) => Promise<RegistryLook>;
  /** Whether a look would work, with a few requests. Throws as `look`. */
  readonly test: (target: RegistryTarget, context: ConnectorContext) => Promise<ConnectorTest>;
}
