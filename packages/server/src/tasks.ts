import { forwardAudit } from "./features/audit/index.ts";
import { deleteCompany, exportCompany } from "./features/companies/index.ts";
import { orderOf } from "./features/feeds/index.ts";
import { mailLinkOf, sendMails } from "./features/mail/index.ts";
import { mailForgotten } from "./features/people/index.ts";
import { applyRetention } from "./features/retention/index.ts";
import { deliverWebhooks, WEBHOOK_GUARD } from "./features/webhooks/index.ts";
import type { Config } from "./platform/config/index.ts";
import { guardedFetch } from "./platform/outgoing/index.ts";
import type { Task } from "./platform/queue/index.ts";
import type { Parts } from "./parts.ts";
import { rekey } from "./rekey.ts";
import { VERSION } from "./version.ts";

/** Every job by its name. */
export const tasksOf = (config: Config, parts: Parts): Readonly<Record<string, Task>> => {
  const post = guardedFetch(config.webhookHosts, WEBHOOK_GUARD);
  const { db, keys, log, auth, enrichment, uploads, registries, canary, sync } = parts;
  return {
    canary: async () => void (await canary.run()),
    enrich: (payload) => enrichment.run(payload),
    retention: (payload, { signal }) => applyRetention({ db, keys, ...config }, payload, signal),
    "audit-forward": (payload, { signal }) => forwardAudit({ db, keys, version: VERSION, ...config }, payload, signal),
    "webhook-deliver": (payload, { signal }) => deliverWebhooks({ db, keys, post, version: VERSION }, payload, signal),
    "mail-send": (payload, { signal }) =>
      sendMails({ db, keys, log, server: parts.mailServer, sender: parts.mailSender }, payload, signal),
    "password-forgotten": async (payload) => {
      const { mailServer: server } = parts;
      if (server === null) return;
      await mailForgotten({ db, log, publicUrl: server.publicUrl, mailLink: mailLinkOf({ keys }) }, payload);
    },
    rekey: ({ companyId: of }) => rekey({ db, keys, log }, of),
    "company-export": (payload, { signal }) =>
      exportCompany({ db, dataDir: config.dataDir, version: VERSION }, payload, signal),
    "company-delete": (payload, { signal }) =>
      deleteCompany(
        { db, keys, dataDir: config.dataDir, forgetCompany: (id) => auth.forgetCompany(id) },
        payload,
        signal,
      ),
    "image-scan": (payload, context) => uploads.scanImage(payload, context),
    "registry-watch": (payload, context) => registries.watch(payload, context),
    "feeds-sync": async (payload, { signal }) => void (await sync.run(signal, orderOf(payload))),
  };
};
