import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApi, type TestCompany } from "../../../../../test/support/api.ts";
import { createCompanyKeys, keyringPath, localMasterKeys } from "../../platform/crypto/index.ts";
import { upsertMember } from "../people/index.ts";
import { sessionRoutes } from "../sessions/index.ts";
import { ssoRoutes } from "./index.ts";

/** Where providers are kept. */
export const PROVIDERS = "/api/v1/identity-providers";

/** A server with single sign-on and sessions, on a database and keys of its own. */
export const startSso = async () => {
  const folder = mkdtempSync(join(tmpdir(), "zt-sso-"));
  const keys = createCompanyKeys(localMasterKeys({ path: keyringPath(folder) }));
  /** The groups of people as a directory would have brought them. */
  const directory = new Map<string, string[]>();
  const at = { origin: "" };
  const api = await startApi(({ db, forget }) => [
    ...sessionRoutes({ forget, publicUrl: () => at.origin }),
    ...ssoRoutes({
      db,
      keys,
      forget,
      publicUrl: () => at.origin,
      ssoHosts: ["127.0.0.1"],
      directoryGroups: async (_, __, personId) => directory.get(personId) ?? null,
    }),
  ]);
  at.origin = api.origin;
  return {
    api,
    keys,
    directory,
    /** Adds a provider; throws what the server refused. */
    add: async (of: TestCompany, body: object): Promise<{ id: string; startUrl: string; redirectUrl: string }> => {
      const answer = await api.call("POST", PROVIDERS, { token: of.owner, body });
      if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
      return answer.body;
    },
    me: async (session: string | undefined) =>
      (await api.call("GET", "/api/v1/session", { cookie: `zt_session=${session ?? ""}` })).body,
    members: (of: TestCompany) =>
      api.db.withCompany(of.id, (tx) =>
        tx.query<{ personId: string; email: string; role: string; labels: string[] | null; active: boolean }>(
          `select person_id as "personId", email, role, labels, deactivated_at is null as active
           from membership where company_id = $1 order by email`,
          [of.id],
        ),
      ),
    invite: (of: TestCompany, email: string, role: string) =>
      api.db.asServiceFor(of.id, (tx) =>
        upsertMember(tx, of.id, { email, name: email, role, labels: null, source: "invitation" }),
      ),
    close: async () => {
      await api.close();
      rmSync(folder, { recursive: true });
    },
  };
};
