/** The server of the bench, in a process of its own so that its memory and CPU time are measured alone. */
import { pino } from "pino";
import { createSecurityTrail, writeAudit } from "../../packages/server/src/features/audit/index.ts";
import { createBackOff, createPasswords, peopleRoutes } from "../../packages/server/src/features/people/index.ts";
import { standingOf } from "../../packages/server/src/features/roles/index.ts";
import { sessionLimitsOf, sessionRoutes } from "../../packages/server/src/features/sessions/index.ts";
import { createAuthenticator } from "../../packages/server/src/platform/auth/index.ts";
import { openDatabase } from "../../packages/server/src/platform/db/index.ts";
import { createHttp } from "../../packages/server/src/platform/http/index.ts";

const { app, service } = JSON.parse(process.argv[2] ?? "{}") as { app: object; service: object };
const db = openDatabase({ app, service, onError: () => undefined });
const log = pino({ level: "silent" });
const auth = createAuthenticator({ db, standingOf, sessionLimitsOf });
const security = createSecurityTrail({ db, log });
const passwords = createPasswords();
let verified = 0;
const deps = {
  forget: (id: string): void => auth.forget(id),
  publicUrl: () => "http://127.0.0.1",
  passwords: {
    ...passwords,
    verify: async (...asked: Parameters<typeof passwords.verify>) => {
      const proved = await passwords.verify(...asked);
      verified += 1;
      return proved;
    },
  },
  backOff: createBackOff(),
  factors: { factorsOf: async () => [] },
};
const http = await createHttp({
  db,
  auth,
  audit: writeAudit,
  log,
  endpoints: [...peopleRoutes(deps), ...sessionRoutes(deps)],
  onSecurityEvent: security.report,
  trustedProxy: "127.0.0.1",
});
const origin = await http.listen({ host: "127.0.0.1", port: 0 });
process.on("message", () => {
  globalThis.gc?.();
  process.send?.({ verified, heldBytes: process.memoryUsage().heapUsed });
});
process.send?.({ origin });
