import { AppError } from "@zerotrace/core";
import type { RegistryLook } from "@zerotrace/plugins/connectors/connector";
import { chosenTags, repositoryTest } from "@zerotrace/plugins/connectors/oci-registry/choose";
import { parseReference } from "@zerotrace/plugins/targets/image/reference";
import type { Rules, TagState } from "./contract.ts";
import type { TagChange, TagRecord } from "./tags-sql.ts";

const DOCKER_HUB = new Set(["hub.docker.com", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"]);

/** The host of a registry as image names have it, of what a person writes. Throws BAD_REQUEST. */
export const hostOf = (text: string): string => {
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/^https:\/\//, "")
    .replace(/\/(?:v2\/?)?$/, "");
  const host = DOCKER_HUB.has(plain) ? "docker.io" : plain;
  const read = parseReference(`${host}/x/x:latest`);
  if (read?.repository === "x/x" && read.text === `${host}/x/x:latest`) return host;
  throw new AppError(
    "BAD_REQUEST",
    `"${text.slice(0, 80)}" is no registry: write ghcr.io or registry.example.com:5000.`,
    {
      field: "host",
    },
  );
};

/** Throws BAD_REQUEST for patterns that are none. */
export const assertRules = (rules: Rules): void => {
  repositoryTest(rules);
  chosenTags([], rules);
};

const keyOf = ({ repository, tag }: { repository: string; tag: string }): string => `${repository}\n${tag}`;

/** What a tag that is chosen is now; null when it is as it was. */
const chosenState = (known: TagRecord | undefined, digest: string): TagState | null => {
  if (known === undefined) return "waiting";
  const isNew = known.scannedDigest !== digest;
  if (known.digest !== digest || known.state === "gone" || known.state === "unwatched") {
    return isNew ? "waiting" : "scanned";
  }
  return null;
};

/**
 * What a look changes of what is known. Of repositories that could not be listed nothing is changed. A tag that is being scanned is left
 * to its end unless it moved.
 */
export const changesOf = (known: readonly TagRecord[], look: RegistryLook, rules: Rules): TagChange[] => {
  const before = new Map(known.map((one) => [keyOf(one), one]));
  const changes: TagChange[] = [];
  for (const { repository, chosen } of look.repositories) {
    for (const { tag, digest } of chosen) {
      const state = chosenState(before.get(keyOf({ repository, tag })), digest);
      if (state !== null) changes.push({ repository, tag, digest, state });
      before.delete(keyOf({ repository, tag }));
    }
  }
  const listed = new Map(look.repositories.map(({ repository, tags }) => [repository, tags]));
  const [unlisted, missing] = [new Set(look.unlisted), new Set(look.missing)];
  const isChosen = repositoryTest(rules);
  for (const { repository, tag, digest, state: former } of before.values()) {
    if (former === "scanning" || unlisted.has(repository)) continue;
    const tags = listed.get(repository);
    if (tags === undefined && !missing.has(repository) && !look.isWhole) continue;
    const isThere = tags?.has(tag) ?? (!missing.has(repository) && !isChosen(repository));
    const state = isThere ? "unwatched" : "gone";
    if (state !== former) changes.push({ repository, tag, digest, state });
  }
  return changes;
};
