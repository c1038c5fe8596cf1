import type { z } from "zod";
import { type registryRow, type registryTagRow, TAG_STATES, type TagState } from "./contract.ts";
import type { RegistryRecord, RegistrySettings } from "./sql.ts";
import type { TagRecord } from "./tags-sql.ts";

type Counts = readonly { readonly registryId: string; readonly state: TagState; readonly count: number }[];

const tagCounts = (id: string, counts: Counts): z.output<typeof registryRow>["tags"] => {
  const of = (state: TagState): number =>
    counts.find((one) => one.registryId === id && one.state === state)?.count ?? 0;
  const [waiting, scanning, scanned, failed, gone, unwatched] = TAG_STATES.map(of) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { found: waiting + scanning + scanned + failed, waiting, scanning, scanned, failed, gone, unwatched };
};

/** A registry as the API shows it: never with its secret. */
export const toRegistryRow = (r: RegistryRecord, counts: Counts): z.output<typeof registryRow> => ({
  id: r.id,
  name: r.name,
  host: r.host,
  rules: r.rules,
  platform: r.platform,
  intervalMinutes: r.intervalMinutes,
  user: r.user,
  hasPassword: r.secret !== null,
  looking: r.lookingSince !== null,
  lastLookedAt: r.lastLookedAt?.toISOString() ?? null,
  nextLookAt: r.nextLookAt.toISOString(),
  lastError: r.lastError,
  problems: r.problems,
  repositoryCount: r.repositoryCount,
  requestCount: r.requestCount,
  tags: tagCounts(r.id, counts),
  createdAt: r.createdAt.toISOString(),
  createdBy: r.createdBy,
});

/** What the audit trail may tell of a registry. */
export const onlySettings = ({ name, host, rules, platform, user, secret, intervalMinutes }: RegistrySettings) => ({
  name,
  host,
  rules,
  platform,
  user,
  intervalMinutes,
  hasPassword: secret !== null,
});

/** A tag as the API shows it. */
export const toTagRow = (t: TagRecord): z.output<typeof registryTagRow> => ({
  repository: t.repository,
  tag: t.tag,
  digest: t.digest,
  state: t.state,
  assetId: t.assetId,
  error: t.error,
  firstSeenAt: t.firstSeenAt.toISOString(),
  scannedAt: t.scannedAt?.toISOString() ?? null,
});
