import { AppError } from "@zerotrace/core";
import { parseReference } from "../../targets/image/reference.ts";
import { RegistryClient } from "../../targets/image/registry-client.ts";
import type {
  Connector,
  ConnectorContext,
  ConnectorTest,
  RegistryLook,
  RegistryTarget,
  WatchedRepository,
  WatchedTag,
} from "../connector.ts";
import { chosenTags, isName, repositoryTest } from "./choose.ts";
import { countedFetch, readList } from "./lists.ts";

/** Repositories of one look (count). */
const REPOSITORIES_MAX = 500;
/** Repositories that a registry may have for the rules to choose from (count). */
const CATALOG_MAX = 20_000;
/** Tags of one repository that are listed to choose from (count). */
const TAGS_LISTED_MAX = 20_000;
/** Tags of one look (count). */
const TAGS_MAX = 5_000;
/** Requests of one look (count). */
const REQUESTS_MAX = 10_000;
/** Tags asked for at the same time (count). */
const AT_ONCE = 4;
/** One look, and one test (milliseconds). */
const LOOK_MS = 10 * 60_000;
const TEST_MS = 20_000;
const PROBLEMS_MAX = 20;
/** A host with a repository (UTF-16 units): with a tag and a digest it is still a reference. */
const NAME_MAX_CHARS = 300;

/** The names that stand in the rules must be names of repositories: they become a part of addresses. */
const nameOf = (host: string, repository: string): string => {
  const reference = parseReference(`${host}/${repository}:latest`);
  if (reference !== null && reference.version === "latest" && `${host}/${repository}`.length <= NAME_MAX_CHARS) {
    return reference.repository;
  }
  throw new AppError("BAD_REQUEST", `"${repository.slice(0, 80)}" is no name of a repository.`, {
    field: "rules.repositories",
  });
};

interface Looking {
  readonly target: RegistryTarget;
  readonly clientOf: (repository: string, text: string) => RegistryClient;
  readonly problem: (text: string) => void;
}

const lookingAt = (
  target: RegistryTarget,
  context: ConnectorContext,
  within: { signal: AbortSignal; fetch: typeof fetch; problem: (text: string) => void },
): Looking => {
  const { credential } = target;
  // Docker Hub is called otherwise than it is reached.
  const host = parseReference(`${target.host}/x/x:latest`)?.host ?? target.host;
  const env = { dockerConfig: context.credentialsDir, ...credential };
  const { signal, fetch } = within;
  const options = { env, fetch, signal, signIn: context.signIn };
  return {
    target,
    problem: within.problem,
    clientOf: (repository, text) => new RegistryClient({ host, repository, text }, options),
  };
};

/** Throws UNAUTHENTICATED where the registry lets nobody in with this credential, whatever is asked. */
const assertAdmitted = async ({ clientOf }: Looking): Promise<void> => {
  try {
    await clientOf("", "anything with this credential").list("", "");
  } catch (error) {
    if (error instanceof AppError && error.code === "UNAUTHENTICATED") throw error;
  }
};

/** Every repository that the registry shows. Throws BAD_REQUEST where it shows no list. */
const catalogOf = async (looking: Looking): Promise<{ names: string[]; isWhole: boolean }> => {
  const { target, clientOf, problem } = looking;
  const { host } = target;
  const client = clientOf("", "a list of its repositories");
  try {
    const { items, isWhole } = await readList(client, "_catalog", "repositories", CATALOG_MAX);
    if (!isWhole) problem(`${host} has more than ${CATALOG_MAX} repositories: the rest is not looked at.`);
    const isUsable = (name: string): boolean =>
      `${host}/${name}`.length <= NAME_MAX_CHARS && parseReference(`${host}/${name}`) !== null;
    return { names: items.filter(isUsable), isWhole };
  } catch (error) {
    if (!(error instanceof AppError) || !["NOT_FOUND", "UNAUTHENTICATED"].includes(error.code)) throw error;
    await assertAdmitted(looking);
    const says = `${host} shows no list of its repositories with this credential. Where a registry has none (Docker Hub, GHCR, GitLab), name each repository instead of a pattern`;
    throw new AppError("BAD_REQUEST", `${says}; it said: ${error.message}`, { field: "rules.repositories" });
  }
};

/** The repositories that the rules choose, sorted. */
const repositoriesOf = async (looking: Looking): Promise<{ names: string[]; isWhole: boolean }> => {
  const { host, rules } = looking.target;
  const isChosen = repositoryTest(rules);
  const named = rules.repositories.filter(isName).map((name) => nameOf(host, name));
  const catalog = rules.repositories.every(isName) ? { names: [], isWhole: true } : await catalogOf(looking);
  const isLeft = repositoryTest({ ...rules, repositories: ["**"] });
  const all = [...new Set([...named.filter(isLeft), ...catalog.names.filter(isChosen)])].sort();
  if (all.length <= REPOSITORIES_MAX) return { names: all, isWhole: catalog.isWhole };
  looking.problem(`The rules choose ${all.length} repositories: only the first ${REPOSITORIES_MAX} are looked at.`);
  return { names: all.slice(0, REPOSITORIES_MAX), isWhole: false };
};

/** One repository: its tags, and the digests of those that the rules choose, at most `tagsMax`. */
const lookAt = async (looking: Looking, repository: string, tagsMax: number): Promise<WatchedRepository> => {
  const { target, clientOf, problem } = looking;
  const text = `${target.host}/${repository}`;
  const client = clientOf(repository, text);
  const { items, isWhole } = await readList(client, "tags/list", "tags", TAGS_LISTED_MAX);
  if (!isWhole) problem(`${text} has more than ${TAGS_LISTED_MAX} tags: the rest is not looked at.`);
  const tags = items.filter((tag) => parseReference(`${text}:${tag}`)?.version === tag);
  const chosen = chosenTags(tags, target.rules);
  if (chosen.length > tagsMax) problem(`The rules choose more than ${TAGS_MAX} tags: narrow them.`);
  const found: WatchedTag[] = [];
  const gone = new Set<string>();
  const next = chosen.slice(0, tagsMax).values();
  let isRefused = false;
  const ask = async (): Promise<void> => {
    for (const tag of next) {
      if (isRefused) return;
      try {
        found.push({ tag, digest: await client.digestOf(tag) });
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== "NOT_FOUND") {
          isRefused = true;
          throw error;
        }
        // Listed, and gone before it was asked for.
        gone.add(tag);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  const order = new Map(chosen.map((tag, at) => [tag, at]));
  return {
    repository,
    chosen: found.sort((a, b) => (order.get(a.tag) ?? 0) - (order.get(b.tag) ?? 0)),
    tags: new Set(tags.filter((tag) => !gone.has(tag))),
  };
};

/** The bounds of one call: its time, its requests, and a list of what was left out. */
const bounded = (target: RegistryTarget, context: ConnectorContext, mostMs: number) => {
  const timeoutMs = context.timeoutMs ?? mostMs;
  const late = AbortSignal.timeout(timeoutMs);
  const counted = countedFetch(context.fetch, REQUESTS_MAX);
  const problems: string[] = [];
  const problem = (text: string): void => void (problems.length < PROBLEMS_MAX && problems.push(text));
  const signal = AbortSignal.any([context.signal, late]);
  /** What ended it, in a sentence; throws what is no refusal, and when the caller stopped it. */
  const refusalOf = (error: unknown): AppError => {
    context.signal.throwIfAborted();
    if (late.aborted) {
      const says = `${target.host} took longer than ${Math.ceil(timeoutMs / 1000)} s: narrow the rules, or try again.`;
      return new AppError("UNREADABLE", says, { field: "rules", cause: error });
    }
    if (error instanceof AppError) return error;
    throw error;
  };
  return {
    looking: lookingAt(target, context, { signal, fetch: counted.fetch, problem }),
    problems,
    refusalOf,
    isLate: () => late.aborted,
    requestCount: counted.count,
  };
};

const look = async (target: RegistryTarget, context: ConnectorContext): Promise<RegistryLook> => {
  const { looking, problems, refusalOf, isLate, requestCount } = bounded(target, context, LOOK_MS);
  const repositories: WatchedRepository[] = [];
  const missing: string[] = [];
  const refusals: AppError[] = [];
  const { names, isWhole } = await repositoriesOf(looking).catch((error: unknown) => {
    throw refusalOf(error);
  });
  let tagsLeft = TAGS_MAX;
  for (const name of names) {
    try {
      const one = await lookAt(looking, name, tagsLeft);
      tagsLeft -= one.chosen.length;
      repositories.push(one);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal.code === "NOT_FOUND") missing.push(name);
      refusals.push(refusal);
      looking.problem(refusal.message);
      // To go on would only be refused again.
      if (isLate() || refusal.code === "RATE_LIMITED") break;
    }
  }
  const [first] = refusals;
  if (first !== undefined && repositories.length === 0 && missing.length < refusals.length) throw first;
  const said = new Set([...missing, ...repositories.map(({ repository }) => repository)]);
  const unlisted = names.filter((name) => !said.has(name));
  return { repositories, unlisted, missing, isWhole, problems, requestCount: requestCount() };
};

const counted = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

const test = async (target: RegistryTarget, context: ConnectorContext): Promise<ConnectorTest> => {
  const { looking, problems, refusalOf } = bounded(target, context, TEST_MS);
  try {
    const { names } = await repositoriesOf(looking);
    const [first] = names;
    if (first === undefined) {
      const says = `${target.host} answers, and has no repository that the rules choose.`;
      throw new AppError("NOT_FOUND", says, { field: "rules.repositories" });
    }
    const rules = { ...target.rules, newestTags: 1 };
    const { chosen, tags } = await lookAt({ ...looking, target: { ...target, rules } }, first, 1);
    const choice = chosen[0] === undefined ? "none of which the rules choose" : `the newest is ${chosen[0].tag}`;
    const all = counted(names.length, "repository", "repositories");
    const says = `The rules choose ${all}. ${first} has ${counted(tags.size, "tag", "tags")}, ${choice}.`;
    return { says: [says, ...problems].join(" "), repositoryCount: names.length };
  } catch (error) {
    throw refusalOf(error);
  }
};

/** Any registry of the OCI distribution specification. */
export const ociRegistry: Connector = {
  descriptor: {
    id: "oci-registry",
    title: "Container registry",
    summary: "Repositories and tags of a registry by rule, and what each tag is now",
    source: "OCI distribution specification 1.1 (Docker Hub, GHCR, GitLab, ECR, Harbor and others)",
    version: "1",
  },
  look,
  test,
};
