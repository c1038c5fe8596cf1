import { insertCredential, makerOf, newToken } from "../../platform/auth/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";
import { apiRangesFor, enrollmentFor, permissionsFor } from "./rules.ts";

/** Makes an enrollment or API token; its secret is in this answer and nowhere else. */
export const createToken = (): Endpoint =>
  implement(routes.createToken, {
    audit: "token.create",
    run: async (context, { body }) => {
      const { tx, identity, now } = context;
      const { companyId } = identity;
      const permissions = permissionsFor(body, identity.permissions);
      const limits = enrollmentFor(body.kind, body.enrollment, identity.labels);
      const ranges = apiRangesFor(body.kind, body.ranges);
      const { secret, hash } = newToken(body.kind, companyId);
      // of a token that a token makes: who made that one
      const madeBy = identity.personId ?? (await makerOf(tx, companyId, identity.credentialId));
      const expiresAt = new Date(now.getTime() + body.expiresInSeconds * 1000);
      const { id } = await insertCredential(tx, {
        companyId,
        kind: body.kind,
        hash,
        subject: `${body.kind === "api" ? "token" : "enrollment"}:${body.label}`,
        label: body.label,
        permissions,
        expiresAt,
        ...(madeBy === null ? {} : { personId: madeBy }),
        ...(body.kind === "enrollment" ? { usesLeft: body.maxUses } : {}),
        // a token reaches no further than its maker
        ...(body.kind === "api" ? { labels: identity.labels, ranges } : {}),
        ...limits,
        // none is not the empty list, which would lie within what anybody reaches
        ...(limits?.labels.length === 0 ? { labels: null } : {}),
      });
      const after = {
        kind: body.kind,
        label: body.label,
        permissions,
        expiresAt: expiresAt.toISOString(),
        ...(ranges === null ? {} : { ranges }),
        ...(limits === null ? {} : { maxUses: body.maxUses, ...limits }),
      };
      context.note(id, after, { after });
      return { id, secret, expiresAt: expiresAt.toISOString() };
    },
  });
