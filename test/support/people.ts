import { randomUUID } from "node:crypto";
import { createPasswords } from "../../packages/server/src/features/people/index.ts";
import type { Database } from "../../packages/server/src/platform/db/index.ts";

/** A password that is strong enough. */
export const PASSWORD = "violet otter climbs nine stairs";

/** As hard as nothing: a test proves what is done with hashes, not how long they take. */
export const quickPasswords = () => createPasswords({ memory: 64, passes: 1, parallelism: 1 });

/** Somebody with an account and what they are in which companies. */
export interface TestPerson {
  readonly id: string;
  readonly email: string;
}

let people = 0;

/** Stores a person with the password PASSWORD. */
export const addPerson = async (db: Database, name = "Ann Lee"): Promise<TestPerson> => {
  people += 1;
  const id = randomUUID();
  const email = `person-${people}@example.test`;
  const hash = await quickPasswords().hash(PASSWORD);
  await db.asService((tx) =>
    tx.query("insert into person (id, email, name, password_hash) values ($1, $2, $3, $4)", [id, email, name, hash]),
  );
  return { id, email };
};

/** Makes a person a member of a company. */
export const addMember = async (
  db: Database,
  companyId: number,
  person: TestPerson,
  member: { role?: string; labels?: string[]; isOwner?: boolean } = {},
): Promise<void> => {
  const { role = "viewer", labels = null, isOwner = false } = member;
  await db.withCompany(companyId, (tx) =>
    tx.query(
      `insert into membership (company_id, person_id, email, name, role, labels, source, is_owner)
       values ($1, $2, $3, 'Ann Lee', $4, $5, 'invitation', $6)`,
      [companyId, person.id, person.email, role, labels, isOwner],
    ),
  );
};

/** The cookies that an answer sets, as the next request sends them. */
export const cookiesOf = (headers: Headers): string =>
  headers
    .getSetCookie()
    .map((one) => one.split(";", 1)[0] ?? "")
    .join("; ");
