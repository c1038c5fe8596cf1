import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, contract, type IdentityProvider, queries } from "../../api.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { plural } from "../../ui/format.ts";
import { Copy, Time } from "../../ui/marks.tsx";
import { Facts, Page, Panel } from "../../ui/panel.tsx";
import { Empty, ErrorPanel, RowsSkeleton } from "../../ui/states.tsx";
import { ProviderForm } from "./provider-form.tsx";
import { say } from "../../ui/texts.ts";

const useProviders = (run: () => Promise<unknown>) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: () => client.invalidateQueries({ queryKey: ["identity-providers"] }),
  });
};

const Test = ({ provider }: { provider: IdentityProvider }) => {
  const test = useMutation({
    mutationFn: () => call(contract.sso.testIdentityProvider, { params: { id: provider.id } }),
  });
  return (
    <div className="grid gap-2">
      <button
        type="button"
        className="button justify-self-start"
        disabled={test.isPending}
        onClick={() => test.mutate()}
      >
        {test.isPending ? say("Asking the provider…") : say("Test the connection")}
      </button>
      {test.error && <ErrorPanel error={test.error} />}
      {test.data && (
        <ul className="grid gap-1 text-sm">
          {test.data.checks.map((check) => (
            <li key={check.name}>
              <span className={check.ok ? "text-accent" : "text-bad"}>{check.ok ? say("ok") : say("no")}</span>{" "}
              {check.name}: <span className="text-dim">{check.detail}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
};

const enterThere = (p: IdentityProvider): (readonly [string, string])[] =>
  p.kind === "oidc"
    ? [
        [say("redirect URI"), p.redirectUrl],
        ...(p.oidc?.signsOut ? ([[say("redirect URI after signing out"), p.signOutUrl ?? ""]] as const) : []),
      ]
    : [
        [say("assertion consumer service"), p.redirectUrl],
        [say("entity id"), p.entityId ?? ""],
        ["metadata", p.metadataUrl ?? ""],
      ];

/** Our certificate for which a provider of SAML may encrypt what it says, and the next. */
const Encryption = ({ provider }: { provider: IdentityProvider }) => {
  const [certificate, former] = provider.ownCertificates;
  const renew = useProviders(() => call(contract.sso.renewEncryptionKey, { params: { id: provider.id } }));
  return (
    <div className="grid justify-items-start gap-2">
      <h3 className="text-sm text-dim">{say("Encrypted assertions")}</h3>
      {certificate === undefined ? (
        <p>{say("Let the provider encrypt what it says of people: make a key, and enter its certificate there.")}</p>
      ) : (
        <>
          <p>
            {former === undefined
              ? say("This certificate is in the metadata too. What is not encrypted is taken as before.")
              : say(
                  "This certificate is in the metadata too; what was encrypted for the one before it is opened as well.",
                )}
          </p>
          <Copy text={certificate} />
        </>
      )}
      {certificate === undefined ? (
        <button type="button" className="button" disabled={renew.isPending} onClick={() => renew.mutate()}>
          {say("Make a key")}
        </button>
      ) : (
        <Confirm
          verb={say("Make another key")}
          question={say("The next certificate is to be entered at the provider; this one works until another is made")}
          onConfirm={() => renew.mutate()}
        />
      )}
      {renew.error && <ErrorPanel error={renew.error} />}
    </div>
  );
};

const Provider = ({ provider }: { provider: IdentityProvider }) => {
  const [editing, setEditing] = useState(false);
  const remove = useProviders(() => call(contract.sso.deleteIdentityProvider, { params: { id: provider.id } }));
  if (editing) {
    return (
      <Panel title={say("Change {name}", { name: provider.name })}>
        <ProviderForm provider={provider} onDone={() => setEditing(false)} />
      </Panel>
    );
  }
  return (
    <Panel
      title={provider.name}
      aside={
        <span className="inline-flex gap-4">
          <button type="button" className="act" onClick={() => setEditing(true)}>
            {say("Change")}
          </button>
          <Confirm
            verb={say("Remove")}
            question={say("{peopleCount} cannot sign in by {name} any more", {
              peopleCount: plural(provider.peopleCount, "person", "people"),
              name: provider.name,
            })}
            onConfirm={() => remove.mutate()}
          />
        </span>
      }
    >
      <div className="grid gap-4">
        <Facts
          rows={[
            ["kind", provider.kind === "oidc" ? say("OpenID Connect") : say("SAML 2.0")],
            ["state", provider.enabled ? say("in use") : say("off: nobody signs in by it")],
            [say("emails of"), provider.domains.join(", ")],
            ["people", `${provider.peopleCount}${provider.createsMembers ? say(", new ones become members") : ""}`],
            [
              "groups",
              provider.mappings.length === 0
                ? say("none: everybody gets the default role")
                : provider.mappings
                    .map((m) => `${m.group} → ${m.role}${m.labels ? ` (${m.labels.join(", ")})` : ""}`)
                    .join("; "),
            ],
            [say("default role"), provider.defaultRole ?? say("none: who is in no group is refused")],
            [say("last used"), <Time key="used" at={provider.lastUsedAt} />],
          ]}
        />
        <div>
          <h3 className="mb-1 text-sm text-dim">{say("What is entered at the provider")}</h3>
          <Facts rows={enterThere(provider).map(([name, text]) => [name, <Copy key={name} text={text} />] as const)} />
        </div>
        {provider.kind === "saml" && <Encryption provider={provider} />}
        <Test provider={provider} />
        {remove.error && <ErrorPanel error={remove.error} />}
      </div>
    </Panel>
  );
};

/** The company's ways to sign in elsewhere: OpenID Connect and SAML. */
export const SsoPage = () => {
  const providers = useQuery(queries.identityProviders());
  const [adding, setAdding] = useState(false);
  return (
    <Page
      title={say("Single sign-on")}
      lead={say("People sign in where your company keeps them; groups decide what they may do here")}
      actions={
        !adding && (
          <button type="button" className="button" onClick={() => setAdding(true)}>
            {say("Add a provider")}
          </button>
        )
      }
    >
      {adding && (
        <Panel title={say("An identity provider")}>
          <ProviderForm onDone={() => setAdding(false)} />
        </Panel>
      )}
      {providers.isPending && <RowsSkeleton rows={4} />}
      {providers.error && <ErrorPanel error={providers.error} retry={() => void providers.refetch()} />}
      {providers.data?.rows.map((provider) => (
        <Provider key={provider.id} provider={provider} />
      ))}
      {providers.data?.rows.length === 0 && !adding && (
        <section className="panel">
          <Empty title={say("Everybody signs in by password or passkey")}>
            {say("Add the provider that your company uses, such as Entra, Okta, Google or Keycloak.")}
          </Empty>
        </section>
      )}
    </Page>
  );
};
