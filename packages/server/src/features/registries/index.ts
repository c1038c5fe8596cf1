import { AppError, messageOf } from "@zerotrace/core";
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { mustSeeAll } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { decodeCursor, type Endpoint, implement } from "../../platform/http/index.ts";
import { guardedFetch } from "../../platform/outgoing/index.ts";
import type { JobContext, JobPayload } from "../../platform/queue/index.ts";
import { pageOf } from "../assets/index.ts";
import type { ImageDeps } from "../uploads/index.ts";
import { REGISTRIES_MAX, routes } from "./contract.ts";
import { credentialFor, openCredential, type RegistryCredential, secretPlace } from "./credentials.ts";
import { assertRules, hostOf } from "./rules.ts";
import { onlySettings, toRegistryRow, toTagRow } from "./rows.ts";
import {
  countTags,
  deleteRegistry,
  insertRegistry,
  isNameTaken,
  listRegistries,
  noteOrdered,
  registryById,
  type RegistryRecord,
  type RegistrySettings,
  updateRegistry,
} from "./sql.ts";
import { countRegistryTags, forgetTags, tagsPage, waitAgain } from "./tags-sql.ts";
import { connectorOf, contextOf, enqueueLook, proceed, watch, type WatchDeps } from "./watch.ts";

export { resealRegistries } from "./credentials.ts";
export { requestLooks } from "./watch.ts";

export interface RegistryDeps extends Omit<WatchDeps, "fetch"> {
  /** Registries that may be at addresses that are not public. */
  readonly registryHosts: readonly string[];
}

/** What the watched registries of a server are. */
export interface Registries extends Required<Pick<ImageDeps, "credentialFor" | "onImageEnd">> {
  readonly routes: Endpoint[];
  /** The job that looks at a registry. */
  watch(payload: JobPayload, context: Pick<JobContext, "signal">): Promise<void>;
}

const repositoryAndTag = z.tuple([z.string(), z.string()]);

const noSuch = (): AppError => new AppError("NOT_FOUND", "There is no registry with this id.");

const shown = async (tx: Tx, companyId: number, id: string) => {
  const registry = await registryById(tx, companyId, id);
  if (registry === null) throw noSuch();
  return toRegistryRow(registry, await countTags(tx, companyId));
};

const orderLook = async (tx: Tx, companyId: number, id: string): Promise<void> => {
  if (!(await noteOrdered(tx, companyId, id))) throw noSuch();
  await enqueueLook(tx, companyId, id);
};

/** Basic authorization has both: a token's user may be any name. Throws BAD_REQUEST. */
const assertUser = (user: string, hasPassword: boolean): void => {
  if (hasPassword && user === "") {
    const says = "A password or token needs a user name: take the one that the registry documents, such as oauth2.";
    throw new AppError("BAD_REQUEST", says, { field: "user" });
  }
};

const nameTaken = (): AppError =>
  new AppError("CONFLICT", "There is a registry of this name already.", { field: "name" });

const create = ({ keys }: WatchDeps): Endpoint =>
  implement(routes.createRegistry, {
    audit: "registry.create",
    run: async (context, { body: { password, ...given } }) => {
      const { tx, identity } = context;
      mustSeeAll(identity, "what registries hold belongs to all of it");
      const { companyId, subject: createdBy } = identity;
      const host = hostOf(given.host);
      assertRules(given.rules);
      assertUser(given.user, password !== undefined);
      if ((await listRegistries(tx, companyId)).length >= REGISTRIES_MAX) {
        throw new AppError("CONFLICT", `A company watches at most ${REGISTRIES_MAX} registries: remove one first.`);
      }
      const id = randomUUID();
      const secret = password === undefined ? null : await keys.seal(tx, companyId, secretPlace(id), password);
      const settings: RegistrySettings = { ...given, host, secret };
      if (!(await insertRegistry(tx, companyId, { ...settings, id, createdBy }))) throw nameTaken();
      await orderLook(tx, companyId, id);
      context.note(id, { name: given.name }, { after: onlySettings(settings) });
      return await shown(tx, companyId, id);
    },
  });

/** What becomes of a registry's secret. Another host never gets the one that was given for this. Throws BAD_REQUEST. */
const nextSecret = async (
  keys: WatchDeps["keys"],
  tx: Tx,
  companyId: number,
  before: RegistryRecord,
  { host, password }: { host: string; password: string | null | undefined },
): Promise<string | null> => {
  if (password === null) return null;
  if (password !== undefined) return await keys.seal(tx, companyId, secretPlace(before.id), password);
  if (before.secret !== null && host !== before.host) {
    const says = "The password was given for another host: give it again, or null to go without.";
    throw new AppError("BAD_REQUEST", says, { field: "password" });
  }
  return before.secret;
};

const update = ({ keys }: WatchDeps): Endpoint =>
  implement(routes.updateRegistry, {
    audit: "registry.update",
    run: async (context, { params: { id }, body: { password, ...given } }) => {
      const { tx, identity } = context;
      const { companyId } = identity;
      const before = await registryById(tx, companyId, id, true);
      if (before === null) throw noSuch();
      const host = hostOf(given.host);
      assertRules(given.rules);
      const secret = await nextSecret(keys, tx, companyId, before, { host, password });
      assertUser(given.user, secret !== null);
      if (await isNameTaken(tx, companyId, id, given.name)) throw nameTaken();
      const settings: RegistrySettings = { ...given, host, secret };
      await updateRegistry(tx, companyId, id, settings);
      if (host === before.host) await waitAgain(tx, companyId, id, given.platform !== before.platform);
      else await forgetTags(tx, companyId, id);
      await orderLook(tx, companyId, id);
      const isSecretNew = secret !== before.secret;
      const change = { before: onlySettings(before), after: onlySettings(settings) };
      context.note(id, { name: given.name, passwordChanged: isSecretNew }, change);
      return await shown(tx, companyId, id);
    },
  });

const remove: Endpoint = implement(routes.deleteRegistry, {
  audit: "registry.delete",
  run: async (context, { params: { id } }) => {
    const { tx, identity } = context;
    const gone = await deleteRegistry(tx, identity.companyId, id);
    if (gone === null) throw noSuch();
    context.note(id, { name: gone.name }, { before: onlySettings(gone) });
    return {};
  },
});

/** The credential that a test is made with. Throws NOT_FOUND and BAD_REQUEST. */
const credentialOfTest = async (
  { db, keys }: WatchDeps,
  companyId: number,
  { id, host, user, password }: { id?: string | undefined; host: string; user: string; password?: string | undefined },
): Promise<RegistryCredential | null> => {
  assertUser(user, password !== undefined);
  if (password !== undefined) return { user, password };
  if (id === undefined) return null;
  return await db.withCompany(companyId, async (tx) => {
    const registry = await registryById(tx, companyId, id);
    if (registry === null) throw noSuch();
    if (registry.secret !== null && registry.host !== host) {
      const says = "The password was given for another host: give it again.";
      throw new AppError("BAD_REQUEST", says, { field: "password" });
    }
    return await openCredential(keys, tx, companyId, { ...registry, user: user === "" ? registry.user : user });
  });
};

const testRoute = (deps: WatchDeps): Endpoint =>
  implement(routes.testRegistry, {
    audit: "registry.test",
    transaction: "none",
    run: async (context, { body }) => {
      const { companyId, subject: actor } = context.identity;
      const host = hostOf(body.host);
      assertRules(body.rules);
      const credential = await credentialOfTest(deps, companyId, { ...body, host });
      const asked = contextOf(deps, new AbortController().signal);
      const { ok, ...found } = await connectorOf()
        .test({ host, rules: body.rules, credential }, asked)
        .then(
          (result) => ({ ok: true, ...result }),
          (error: unknown) => {
            if (!(error instanceof AppError)) throw error;
            return { ok: false, says: messageOf(error), repositoryCount: 0 };
          },
        );
      const row = { companyId, actor, target: body.id ?? host, detail: { host, ok } };
      await deps.db.withCompany(companyId, (tx) => context.record(tx, row));
      return { ok, ...found };
    },
  });

const look: Endpoint = implement(routes.lookAtRegistry, {
  audit: "registry.look_now",
  run: async (context, { params: { id } }) => {
    const { tx, identity } = context;
    const { companyId } = identity;
    await orderLook(tx, companyId, id);
    await waitAgain(tx, companyId, id, false);
    const registry = await shown(tx, companyId, id);
    context.note(id, { name: registry.name });
    return registry;
  },
});

const reads: Endpoint[] = [
  implement(routes.listRegistries, {
    audit: "none",
    run: async ({ tx, identity: { companyId } }) => {
      const counts = await countTags(tx, companyId);
      return { rows: (await listRegistries(tx, companyId)).map((registry) => toRegistryRow(registry, counts)) };
    },
  }),
  implement(routes.listRegistryTags, {
    audit: "none",
    run: async ({ tx, identity: { companyId } }, { params: { id }, query: { cursor, limit, state } }) => {
      if ((await registryById(tx, companyId, id)) === null) throw noSuch();
      const after = cursor === undefined ? null : decodeCursor(cursor, repositoryAndTag);
      const rows = await tagsPage(tx, companyId, id, { limit: limit + 1, after, state });
      const count = await countRegistryTags(tx, companyId, id, state);
      return pageOf(rows, limit, count, toTagRow, (t) => [t.repository, t.tag]);
    },
  }),
];

/** The watched registries of a server. */
export const createRegistries = ({ registryHosts, ...given }: RegistryDeps): Registries => {
  const deps: WatchDeps = { ...given, fetch: guardedFetch(registryHosts) };
  return {
    routes: [...reads, create(deps), update(deps), remove, testRoute(deps), look],
    watch: (payload, context) => watch(deps, payload, context),
    credentialFor: credentialFor(deps),
    onImageEnd: (companyId) => proceed(deps, companyId),
  };
};
