import { AppError } from "@zerotrace/core";
import type { z } from "zod";
import type { SignInMethod } from "../../../platform/auth/index.ts";
import type { Database } from "../../../platform/db/index.ts";
import { reply, type RequestContext } from "../../../platform/http/index.ts";
import { describeSession, endShown, openSession, sessionShownBy } from "../../sessions/index.ts";
import { settingsOf } from "../../settings/index.ts";
import type { session } from "../../sessions/contract.ts";
import { networkOf } from "./back-off.ts";
import { deviceFor, shownDevices } from "./device.ts";
import { findPerson, isOwner, rememberCaller, touchMembership } from "./sql.ts";

const DEVICES_MAX = 20;
const NETWORKS_MAX = 50;

/** A person who has proved everything that is asked of them. */
export interface SignInDone {
  readonly personId: string;
  readonly method: SignInMethod;
  /** Where to; the last used company unless said. */
  readonly companyId?: number | undefined;
  /** What was given beside the password. */
  readonly factor?: string;
  /** The session that the browser shows is exchanged, and whoever asks for that ends it. */
  readonly isMove?: boolean;
}

/** One who proved who they are and is not in the company they want, or in none. */
export const noCompany = (): AppError =>
  new AppError(
    "NOT_FOUND",
    "You are an active member of no open company, or not of this one: ask for an invitation. Where it is suspended, ask who runs the platform.",
    { field: "companyId" },
  );

/** Whether a company lets a person in by a method. Its owner always: else a broken identity provider would lock everybody out. */
const takes = (db: Database, companyId: number, { method, personId }: Way): Promise<boolean> =>
  db.withCompany(companyId, async (tx) => {
    const methods: readonly string[] = (await settingsOf(tx, companyId))["security.sign_in_methods"];
    return methods.includes(method) || isOwner(tx, companyId, personId);
  });

/** Who comes in how. */
interface Way {
  readonly method: SignInMethod;
  readonly personId: string;
}

/** The first of some companies that lets a person in by a method; null for none. */
export const companyThatTakes = async (db: Database, ids: readonly number[], way: Way): Promise<number | null> => {
  for (const id of ids) if (await takes(db, id, way)) return id;
  return null;
};

/** The company that is asked for, else the last used that lets people in this way. Throws NOT_FOUND or FORBIDDEN. */
export const companyFor = async (
  db: Database,
  companyIds: readonly number[],
  { wanted, ...way }: Way & { wanted: number | undefined },
): Promise<number> => {
  const among = wanted === undefined ? companyIds : companyIds.filter((id) => id === wanted);
  if (among.length === 0) throw noCompany();
  const taken = await companyThatTakes(db, among, way);
  if (taken !== null) return taken;
  throw new AppError(
    "FORBIDDEN",
    "The company does not let people in this way: use its single sign-on or another method.",
  );
};

/**
 * Opens a person's session: with the cookie of the session and the one by which this browser is known. Its audit row has the
 * action of the route. Throws NOT_FOUND where the person is an active
 * member of no company, or not of the one asked for; FORBIDDEN where that one lets nobody in by this method.
 */
export const completeSignIn = async (
  context: RequestContext,
  { personId, method, companyId: wanted, factor, isMove = false }: SignInDone,
): Promise<ReturnType<typeof reply<z.input<typeof session>>>> => {
  const { db, now, ip, userAgent } = context;
  const person = await db.asService((tx) => findPerson(tx, personId, shownDevices(context)));
  if (!person) throw noCompany();
  const companyId = await companyFor(db, person.companyIds, { method, personId, wanted });
  const who = { companyId, personId, method, subject: person.email, permissions: [], labels: null };
  const opened = await db.withCompany(companyId, async (tx) => {
    // a passkey that asked for a PIN or a finger is two factors by itself
    const isAsked = method === "password" && !person.hasFactor;
    const awaitsFactor = isAsked && (await settingsOf(tx, companyId))["security.require_second_factor"];
    const made = { awaitsFactor, ...(await openSession(tx, context, { ...who, awaitsFactor })) };
    await touchMembership(tx, companyId, personId, now);
    const detail = { method, userAgent, ...(factor === undefined ? {} : { factor }) };
    await context.record(tx, { companyId, actor: person.email, target: made.id, detail });
    return made;
  });
  if (!isMove) await endShown(context, sessionShownBy(context));
  const device = deviceFor(context, person.deviceId);
  const limits = { devicesMax: DEVICES_MAX, networksMax: NETWORKS_MAX };
  await db.asService((tx) =>
    rememberCaller(tx, personId, { device: device.hash, network: networkOf(ip), now, ...limits }),
  );
  return reply({
    headers: { "set-cookie": [opened.cookie, device.cookie] },
    body: await describeSession(db, { ...who, awaitsFactor: opened.awaitsFactor, expiresAt: opened.expiresAt }),
  });
};
