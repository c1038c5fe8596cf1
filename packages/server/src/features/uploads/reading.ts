import type { Component } from "@zerotrace/core";

/** A component as the thread that reads sends it. */
export interface ReadPackage {
  readonly component: Component;
  readonly paths: readonly string[];
  readonly layer: string;
  readonly license: string;
  readonly isDirect: boolean | null;
  readonly isDev: boolean | null;
}

/** What was read says of itself. */
export interface ReadHead {
  /** What the subject is, where the document tells. */
  readonly kind: "host" | "image" | "repository" | null;
  /** Empty when it has no name. */
  readonly name: string;
  readonly branch: string;
  readonly version: string;
  /** The operating system in words, and its ecosystem; empty when there is none. */
  readonly os: string;
  readonly ecosystem: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly packageCount: number;
  /** Of the packages, those that nothing can be found for. */
  readonly notJudgedCount: number;
  readonly problemCount: number;
  readonly problems: readonly string[];
}

/** What the thread is to read. */
export type ReadOrder =
  | { readonly kind: "sbom"; readonly path: string }
  | {
      readonly kind: "image";
      readonly reference: string;
      readonly platform?: string;
      /** Registries that may be at addresses that are not public: `host` or `host:port`. */
      readonly allowedHosts: readonly string[];
      /** The folder whose `config.json` holds the operator's credentials. */
      readonly credentialsDir: string;
      /** The company's own credential for this registry. */
      readonly credential?: { readonly user: string; readonly password: string };
    };

/** What the thread says; after `packages` it waits for the next. */
export type ReadMessage =
  | { readonly says: "progress"; readonly text: string; readonly doneBytes: number; readonly totalBytes: number | null }
  | { readonly says: "head"; readonly head: ReadHead }
  | { readonly says: "packages"; readonly packages: readonly ReadPackage[] }
  | { readonly says: "end" }
  | { readonly says: "refused"; readonly code: string; readonly message: string };

/** How one signs in to a registry, where one is told to. */
export const SIGN_IN =
  "give the registry a user name and a password or token that still hold under Registries, or have the operator put them into registry/config.json of the data directory";

/** Components in one message. */
export const READ_BATCH = 2_000;
/** Paths kept of one component. */
export const PATHS_MAX = 10;
/** Problems kept of one document. */
export const PROBLEMS_MAX = 50;
/** Under this ecosystem stands what nothing can be found for; no feed covers it. */
export const NOT_JUDGED_ECOSYSTEM = "Generic";
