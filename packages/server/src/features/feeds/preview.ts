import { type AdvisoryIndex, type Hit, openIndex, riskOf, type Severity } from "@zerotrace/core";
import {
  compileInWorker,
  type KeptGeneration,
  openGenerations,
  type Trust,
  trustedKeys,
  type VerifiedBundle,
} from "@zerotrace/plugins";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Database } from "../../platform/db/index.ts";
import { readInto } from "../components/index.ts";
import { feedsDirectory, generationsDirectory, importsDirectory } from "./index-file.ts";
import { componentsAsJudged, type JudgedComponent, presentComponentIds } from "./preview-sql.ts";

/** Components judged between two turns of the event loop. */
const SLICE = 2_000;
/** Risk is told with one decimal. */
const RISK_STEP = 0.05;
const NO_FINDINGS = { critical: 0, high: 0, medium: 0, low: 0, none: 0, unknown: 0 };

/** What a bundle would change for a company. */
export interface Effect {
  /** Its distinct components, and those of them that would be judged otherwise. */
  readonly componentCount: number;
  readonly changedComponentCount: number;
  /** Findings (component and advisory) that would come, and the same by severity. */
  readonly openedCount: number;
  readonly opened: Readonly<Record<Severity, number>>;
  /** Findings that would end. */
  readonly closedCount: number;
  /** Findings that would stay, with another fixed version. */
  readonly movedCount: number;
  /** Findings that would stay, with another risk: by severity, KEV, EPSS or whether there is a fix. */
  readonly rescoredCount: number;
}

/** Each look builds an index in a process of its own: one at a time. */
let last: Promise<unknown> = Promise.resolve();

interface Upload {
  readonly path: string;
  readonly bundle: VerifiedBundle;
}

interface Place {
  readonly db: Database;
  readonly dataDir: string;
  readonly trust: Trust;
}

/** The index of a bundle in `folder`; nothing is kept and no key is pinned. */
const compileAside = async ({ dataDir, trust }: Place, { path, bundle }: Upload, folder: string): Promise<string> => {
  const generationsDir = generationsDirectory(dataDir);
  const kept: KeptGeneration[] = await openGenerations(generationsDir).list();
  const { generation: hash } = bundle.header;
  const isKept = kept.some((one) => one.hash === hash);
  const aside = join(folder, "generations");
  await mkdir(aside);
  // A delta stands on what is kept, which is to stay as it is.
  if (!isKept) for (const one of kept) await symlink(one.path, join(aside, basename(one.path)));
  const keys = [...(await trustedKeys(trust)), bundle.key].map(({ text }) => text);
  const { indexPath } = await compileInWorker({
    ...(isKept ? { locations: [], generation: hash, generationsDir } : { locations: [path], generationsDir: aside }),
    cacheDir: join(feedsDirectory(dataDir), "cache"),
    outDir: folder,
    trust: { file: join(folder, "trust"), keys },
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  return indexPath;
};

interface Sums {
  changedComponentCount: number;
  readonly opened: Record<Severity, number>;
  closedCount: number;
  movedCount: number;
  rescoredCount: number;
}

/** Adds what is different for one component. */
const compare = (sums: Sums, component: JudgedComponent, index: AdvisoryIndex): void => {
  const { ecosystem, packageName, version, isOwned } = component;
  const after = index.match(ecosystem, packageName, version);
  // What an owner's package decides is the owner's finding.
  const hits: readonly Hit[] = isOwned ? [] : after.hits;
  const was = new Map(component.matches.map((match) => [match.advisory, match]));
  let isChanged = component.verdict !== null && component.verdict !== after.verdict;
  for (const hit of hits) {
    const group = index.advisory(hit.advisory);
    const before = was.get(group.id);
    was.delete(group.id);
    if (before === undefined) sums.opened[group.severity] += 1;
    else {
      const { risk } = riskOf({ ...group, fixAvailable: hit.fixedIn !== null });
      if (Math.abs(risk - before.risk) >= RISK_STEP) sums.rescoredCount += 1;
      if (before.fixedIn === hit.fixedIn) continue;
      sums.movedCount += 1;
    }
    isChanged = true;
  }
  sums.closedCount += was.size;
  if (isChanged || was.size > 0) sums.changedComponentCount += 1;
};

/**
 * What putting a bundle in force would do to the findings of a company. Builds the bundle's index aside and judges the
 * company's components with it: as long as an import, without its writing. Throws as `compileFeeds`.
 */
export const effectOf = (place: Place, upload: Upload, companyId: number): Promise<Effect> => {
  const effect = last.then(() => lookAt(place, upload, companyId));
  last = effect.catch(() => undefined);
  return effect;
};

const lookAt = async (place: Place, upload: Upload, companyId: number): Promise<Effect> => {
  const folder = await mkdtemp(join(importsDirectory(place.dataDir), "preview-"));
  try {
    const file = await compileAside(place, upload, folder);
    const index = openIndex(await readInto(file, (size) => new ArrayBuffer(size)));
    const sums: Sums = {
      changedComponentCount: 0,
      opened: { ...NO_FINDINGS },
      closedCount: 0,
      movedCount: 0,
      rescoredCount: 0,
    };
    const ids = await place.db.asServiceFor(companyId, (tx) => presentComponentIds(tx, companyId));
    for (let from = 0; from < ids.length; from += SLICE) {
      const slice = ids.slice(from, from + SLICE);
      const components = await place.db.asServiceFor(companyId, (tx) => componentsAsJudged(tx, slice));
      for (const component of components) compare(sums, component, index);
    }
    const openedCount = Object.values(sums.opened).reduce((all, count) => all + count, 0);
    return { componentCount: ids.length, openedCount, ...sums };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
