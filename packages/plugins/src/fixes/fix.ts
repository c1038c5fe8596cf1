/** Mends the files of one package manager. */
export interface Fixer {
  readonly id: string;
  /** The package manager's name. */
  readonly title: string;
  /** Ids of the extractors whose files it mends. */
  readonly readers: readonly string[];
  /** Loads the planner; libraries are loaded with it and not before. */
  readonly load: () => Promise<{ readonly plan: PlanFix }>;
}

/**
 * How one upgrade is done at one place. Reads files and changes none. Throws AppError UNREADABLE when a file that it needs cannot be
 * read.
 */
export type PlanFix = (request: FixRequest, context: FixContext) => Promise<Way>;

/** One package at one place, and the version that is wanted. Names and versions are such as commands can take. */
export interface FixRequest {
  readonly ecosystem: string;
  readonly name: string;
  /** The version that is there. */
  readonly from: string;
  readonly to: string;
  /** The lockfile or manifest, within the target. */
  readonly path: string;
  /** From 1; absent when unknown. */
  readonly line?: number;
  readonly isDirect?: boolean;
  readonly isDev?: boolean;
  /** `name@version` from a direct dependency down to its parent; absent when unknown. */
  readonly via?: readonly string[];
}

/** The files of the target. */
export interface FixContext {
  /** The text of a file, null when it is absent. Throws AppError UNREADABLE when it is too large or no text. */
  readonly read: (path: string) => Promise<string | null>;
  /** Names in a folder, sorted; null when it is absent. */
  readonly list: (path: string) => Promise<readonly string[] | null>;
}

export const WAY_KINDS = ["lock", "manifest", "override", "manual"] as const;
/**
 * `lock`: declared ranges allow it, only the lockfile changes. `manifest`: the project's own range or pin changes. `override`: the
 * project forces what a parent's range does not allow. `manual`: a person has to do it.
 */
export type WayKind = (typeof WAY_KINDS)[number];

export interface Way {
  readonly kind: WayKind;
  /** Who asks for the package; empty when the files do not tell. */
  readonly demands: readonly Demand[];
  /** Changes that are made here, before the steps. */
  readonly edits: readonly Edit[];
  /** Commands, in order. */
  readonly steps: readonly Step[];
  /** The edits are the whole fix where the first step's program is absent, and are left out where it is there. */
  readonly isEditInstead?: true;
  /** Files that may change, beside those of the edits. */
  readonly files: readonly string[];
  /** What a person should know, in sentences. */
  readonly notes: readonly string[];
}

export interface Demand {
  /** `name@version`; empty for the project itself. */
  readonly by: string;
  readonly range: string;
  /** Whether the range allows the wanted version; null when it cannot be told. */
  readonly allows: boolean | null;
}

export interface Edit {
  readonly path: string;
  /** `qs 6.5.2 -> 6.5.3` */
  readonly says: string;
  /** The new text; null when what is to be changed is not there. Changing twice changes nothing more. */
  readonly change: (text: string) => string | null;
  /** The file is made where it is absent; `change` then gets an empty text. */
  readonly isNewAllowed?: true;
}

/** A program and its arguments: never a shell's text. */
export interface Step {
  readonly program: string;
  readonly args: readonly string[];
  /** Within the target; empty for its root. */
  readonly folder: string;
}

const NOTHING = { demands: [], edits: [], steps: [], files: [], notes: [] } as const;

/** A way with what is not named left empty. */
export const way = (kind: WayKind, parts: Partial<Omit<Way, "kind">>): Way => ({ ...NOTHING, ...parts, kind });

/** The folder of a path within the target; empty for its root. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/** A name in the folder of a path. */
export const beside = (path: string, name: string): string => {
  const folder = folderOf(path);
  return folder === "" ? name : `${folder}/${name}`;
};
