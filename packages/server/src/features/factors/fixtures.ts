import { TOTP } from "otpauth";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApi, type TestCompany } from "../../../../../test/support/api.ts";
import {
  addMember,
  addPerson,
  cookiesOf,
  PASSWORD,
  quickPasswords,
  type TestPerson,
} from "../../../../../test/support/people.ts";
import { createCompanyKeys, keyringPath, localMasterKeys } from "../../platform/crypto/index.ts";
import { meRoutes } from "../me/index.ts";
import { createBackOff, peopleRoutes } from "../people/index.ts";
import { sessionRoutes } from "../sessions/index.ts";
import { settingRoutes } from "../settings/index.ts";
import { softwareKey } from "./authenticator-fixtures.ts";
import { factorRoutes, secondFactors } from "./index.ts";

/** Where the server says that it is. */
export const PLACE = { rpId: "zt.example", origin: "https://zt.example" };
const STEP_SECONDS = 30;

/** The code that an authenticator app shows so many steps after now. */
export const codeOf = (secret: string, steps = 0): string =>
  new TOTP({ secret }).generate({ timestamp: Date.now() + steps * STEP_SECONDS * 1000 });

/** A server with people, their factors and a provider company, on a database and keys of its own. */
export const startFactors = async () => {
  const folder = mkdtempSync(join(tmpdir(), "zt-factors-"));
  const keys = createCompanyKeys(localMasterKeys({ path: keyringPath(folder) }));
  const api = await startApi(({ db, forget }) => {
    const publicUrl = () => PLACE.origin;
    const people = {
      forget,
      publicUrl,
      passwords: quickPasswords(),
      backOff: createBackOff(),
      factors: secondFactors(db),
    };
    return [
      ...peopleRoutes(people),
      ...meRoutes(people),
      ...sessionRoutes({ forget, publicUrl }),
      ...settingRoutes({ retentionDays: 365, auditRetentionDays: 365 }, (tx, companyId) => keys.rotate(tx, companyId)),
      ...factorRoutes({ keys, people, publicUrl: PLACE.origin }),
    ];
  });
  const provider = await api.company();
  await api.db.asService((tx) => tx.query("update company set is_provider = true where id = $1", [provider.id]));
  let last = 0;

  /** A call from an address of its own, so that no allowance of another test is used. */
  const call = (method: string, path: string, as: { cookie?: string; token?: string }, body?: unknown) => {
    last += 1;
    const headers = { origin: api.origin, "x-forwarded-for": `198.18.${last >> 8}.${last & 255}` };
    return api.call(method, `/api/v1${path}`, { ...as, headers, ...(body === undefined ? {} : { body }) });
  };
  const signIn = (who: TestPerson, companyId?: number) =>
    call("POST", "/sign-in", {}, { email: who.email, password: PASSWORD, ...(companyId ? { companyId } : {}) });
  const session = async (who: TestPerson, companyId?: number): Promise<{ cookie: string }> => ({
    cookie: cookiesOf((await signIn(who, companyId)).headers),
  });
  /** Adds an authenticator app; the code of this step is used up by that. */
  const addTotp = async (as: { cookie: string }): Promise<{ id: string; secret: string; codes: string[] }> => {
    const started = await call("POST", "/me/factors/totp", as, { label: "phone" });
    const { id, secret } = started.body;
    const done = await call("POST", `/me/factors/totp/${id}/confirm`, as, { code: codeOf(secret) });
    if (done.status !== 200) throw new Error(JSON.stringify(done.body));
    return { id, secret, codes: done.body.recoveryCodes ?? [] };
  };
  /** Adds a passkey and answers with the key that holds it. */
  const addPasskey = async (as: { cookie: string }) => {
    const key = softwareKey(PLACE);
    const { options } = (await call("POST", "/me/factors/passkeys/options", as, {})).body;
    const made = await call("POST", "/me/factors/passkeys", as, { label: "laptop", response: key.make(options) });
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    return { key, id: made.body.id as string, codes: (made.body.recoveryCodes ?? []) as string[] };
  };
  return {
    api,
    keys,
    provider,
    call,
    signIn,
    session,
    addTotp,
    addPasskey,
    member: async (company: TestCompany, more: Parameters<typeof addMember>[3] = {}): Promise<TestPerson> => {
      const person = await addPerson(api.db);
      await addMember(api.db, company.id, person, more);
      return person;
    },
    setting: (company: TestCompany, name: string, value: unknown) =>
      api.call("PUT", "/api/v1/settings", { token: company.owner, body: { [name]: value } }),
    close: async () => {
      await api.close();
      rmSync(folder, { recursive: true });
    },
  };
};
