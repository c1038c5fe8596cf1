import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, contract, type IdentityProvider, queries } from "../../api.ts";
import { Check, Choice, Field, TextField } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { mappingsOfText, textOfMappings } from "./mappings.ts";
import { say } from "../../ui/texts.ts";

const words = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

interface Draft {
  kind: "oidc" | "saml";
  name: string;
  domains: string;
  issuer: string;
  clientId: string;
  clientSecret: string;
  scopes: string;
  metadata: string;
  mappings: string;
  defaultRole: string;
  createsMembers: boolean;
  signsOut: boolean;
  enabled: boolean;
}

const draftOf = (p?: IdentityProvider): Draft => ({
  kind: p?.kind ?? "oidc",
  name: p?.name ?? "",
  domains: p?.domains.join(", ") ?? "",
  issuer: p?.oidc?.issuer ?? "",
  clientId: p?.oidc?.clientId ?? "",
  clientSecret: "",
  scopes: (p?.oidc?.scopes ?? ["openid", "email", "profile"]).join(" "),
  metadata: p?.saml?.metadataUrl ?? "",
  mappings: textOfMappings(p?.mappings ?? []),
  defaultRole: p?.defaultRole ?? "",
  createsMembers: p?.createsMembers ?? true,
  signsOut: p?.oidc?.signsOut ?? false,
  enabled: p?.enabled ?? true,
});

/** What the route takes: the metadata of SAML is its address or its XML. */
const bodyOf = (d: Draft, before?: IdentityProvider) => {
  const isXml = d.metadata.trimStart().startsWith("<");
  const { metadataUrl: _, ...kept } = before?.saml ?? {};
  return {
    name: d.name,
    domains: words(d.domains),
    mappings: mappingsOfText(d.mappings),
    defaultRole: d.defaultRole === "" ? null : d.defaultRole,
    createsMembers: d.createsMembers,
    enabled: d.enabled,
    ...(d.kind === "oidc"
      ? {
          oidc: {
            ...before?.oidc,
            issuer: d.issuer,
            clientId: d.clientId,
            scopes: words(d.scopes),
            signsOut: d.signsOut,
          },
          ...(d.clientSecret === "" ? {} : { clientSecret: d.clientSecret }),
        }
      : { saml: isXml ? { ...kept, metadata: d.metadata } : { ...kept, metadataUrl: d.metadata || null } }),
  };
};

const KINDS = [
  ["oidc", say("OpenID Connect")],
  ["saml", say("SAML 2.0")],
] as const;

/** Adds an identity provider, or changes `provider`. */
export const ProviderForm = ({ provider, onDone }: { provider?: IdentityProvider; onDone: () => void }) => {
  const client = useQueryClient();
  const given = useQuery(queries.roles()).data?.rows ?? [];
  const [draft, setDraft] = useState(() => draftOf(provider));
  const set = (change: Partial<Draft>): void => setDraft((d) => ({ ...d, ...change }));
  const save = useMutation({
    mutationFn: () => {
      const body = bodyOf(draft, provider);
      return provider
        ? call(contract.sso.updateIdentityProvider, { params: { id: provider.id }, body })
        : call(contract.sso.createIdentityProvider, { body });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["identity-providers"] });
      onDone();
    },
  });
  const text = (name: "name" | "domains" | "issuer" | "clientId" | "scopes", label: string, placeholder: string) => (
    <Field
      name={name}
      label={label}
      required
      placeholder={placeholder}
      value={draft[name]}
      onChange={(value) => set({ [name]: value })}
    />
  );
  return (
    <Form
      className="max-w-2xl"
      of={save}
      onSend={() => save.mutate()}
      verb={provider ? say("Change the provider") : say("Add the provider")}
      onCancel={onDone}
    >
      {!provider && (
        <Choice label={say("kind")} value={draft.kind} options={KINDS} onChange={(kind) => set({ kind })} />
      )}
      {text("name", say("name, on the button of the sign-in page"), say("Company account"))}
      {text("domains", say("domains of the emails"), "example.com")}
      {draft.kind === "oidc" ? (
        <>
          {text("issuer", "issuer", "https://login.example.com/realms/company")}
          {text("clientId", say("client id"), "zerotrace")}
          <Field
            name="clientSecret"
            label={provider?.hasSecret ? say("client secret (empty: the present one stays)") : say("client secret")}
            type="password"
            autoComplete="off"
            value={draft.clientSecret}
            onChange={(clientSecret) => set({ clientSecret })}
          />
          {text(
            "scopes",
            say("scopes; some providers give groups by one more, such as groups"),
            say("openid email profile"),
          )}
          <Check checked={draft.signsOut} onChange={(signsOut) => set({ signsOut })}>
            {say("Who signs out here signs out at the provider too")}
          </Check>
        </>
      ) : (
        <TextField
          name="metadata"
          label={say("metadata of the provider: its address, or its XML")}
          rows={4}
          required={!provider}
          value={draft.metadata}
          onChange={(metadata) => set({ metadata })}
        />
      )}
      <TextField
        label={say("groups, one a line: group = role, or group = role [label, label] (the first that fits decides)")}
        name="mappings"
        className="mono"
        placeholder={say("security = admin\nberlin = operator [site:berlin]")}
        value={draft.mappings}
        onChange={(mappings) => set({ mappings })}
      />
      <Choice
        name="defaultRole"
        label={say("role of who is in none of them")}
        value={draft.defaultRole}
        options={[["", say("none: they are refused")], ...given.map((r) => [r.id, r.name] as const)]}
        offOf={(id) => given.some((r) => r.id === id && !r.mayGive)}
        onChange={(defaultRole) => set({ defaultRole })}
      />
      <Check checked={draft.createsMembers} onChange={(createsMembers) => set({ createsMembers })}>
        {say("who signs in for the first time becomes a member")}
      </Check>
      <Check checked={draft.enabled} onChange={(enabled) => set({ enabled })}>
        {say("in use")}
      </Check>
    </Form>
  );
};
