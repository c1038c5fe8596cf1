/** What one source says of a CVE besides which packages it affects. Several sources may speak of one CVE. */
export interface CveEnrichment {
  /** `CVE-2026-1234`. */
  readonly id: string;
  /** CVSS vectors, the source's preferred first; those that do not parse are ignored. */
  readonly vectors: readonly string[];
  /** `CWE-79`; placeholders such as NVD's `NVD-CWE-noinfo` are left out by the feed. */
  readonly cwes: readonly string[];
  readonly ssvc: Ssvc | null;
  /** Addresses of exploit code or of a write-up that works, http(s) only. */
  readonly exploits: readonly string[];
  /** When the CVE program withdrew it, ISO; null while it stands. */
  readonly rejectedAt: string | null;
  /** True: the CVE program itself says that it stands. Then a rejection that another source reports is an old one. */
  readonly isPublished?: boolean;
  /** One line; used where no advisory has one. */
  readonly summary: string;
  readonly publishedAt: string | null;
}

/** CISA's decision points of the Stakeholder-Specific Vulnerability Categorization, version 2. */
export interface Ssvc {
  readonly exploitation: (typeof SSVC.exploitation)[number];
  readonly automatable: (typeof SSVC.automatable)[number];
  readonly technicalImpact: (typeof SSVC.technicalImpact)[number];
}

/** Every value of each decision point, in the standard's order. */
export const SSVC = {
  exploitation: ["none", "poc", "active"],
  automatable: ["no", "yes"],
  technicalImpact: ["partial", "total"],
} as const;

/** A product with the life of its release cycles (https://endoflife.date). */
export interface LifeCycle {
  /** The source's name: `debian`, `nodejs`. */
  readonly product: string;
  readonly title: string;
  /** Package URLs without version and CPE names that mean the product, as the source writes them. */
  readonly identifiers: readonly string[];
  readonly cycles: readonly Cycle[];
}

export interface Cycle {
  /** `12`, `22.04`, `1.21`: the beginning of the versions that belong to it. */
  readonly name: string;
  /** First day without any support, `YYYY-MM-DD`; `ended` when the source only says that it is over; null while supported. */
  readonly endsAt: string | null;
  /** The newest version of the cycle; empty when none is given. */
  readonly latest: string;
}

/** Most exploit addresses kept for one CVE. */
export const EXPLOITS_MAX = 10;
/** Most weaknesses (CWE ids) kept for one CVE. */
export const CWES_MAX = 20;

/** True for `CWE-` and a number. */
export const isCwe = (id: string): boolean => /^CWE-\d{1,6}$/.test(id);
