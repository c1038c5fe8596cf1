import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { call, contract, type IdentityProvider, queries } from "../../api.ts";
import { ErrorPanel } from "../../ui/states.tsx";
import { mappingsOfText, textOfMappings } from "./mappings.ts";
import { say } from "../../ui/texts.ts";

const Labeled = ({ label, children }: { label: string; children: ReactNode }) => (
  <label className="grid gap-1 text-sm">
    <span className="text-dim">{label}</span>
    {children}
  </label>
);

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

const Switch = ({ label, on, onChange }: { label: string; on: boolean; onChange: (on: boolean) => void }) => (
  <label className="flex items-center gap-2 text-sm">
    <input type="checkbox" className="accent-accent" checked={on} onChange={(e) => onChange(e.target.checked)} />
    {label}
  </label>
);

/** Adds an identity provider, or changes `provider`. */
export const ProviderForm = ({ provider, onDone }: { provider?: IdentityProvider; onDone: () => void }) => {
  const client = useQueryClient();
  const roles = useQuery(queries.roles());
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
    <Labeled label={label}>
      <input
        className="field w-full"
        required
        placeholder={placeholder}
        value={draft[name]}
        onChange={(e) => set({ [name]: e.target.value })}
      />
    </Labeled>
  );
  return (
    <form
      className="grid max-w-2xl gap-4"
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate();
      }}
    >
      {!provider && (
        <Labeled label={say("kind")}>
          <select className="field" value={draft.kind} onChange={(e) => set({ kind: e.target.value as Draft["kind"] })}>
            <option value="oidc">{say("OpenID Connect")}</option>
            <option value="saml">{say("SAML 2.0")}</option>
          </select>
        </Labeled>
      )}
      {text("name", say("name, on the button of the sign-in page"), say("Company account"))}
      {text("domains", say("domains of the emails"), "example.com")}
      {draft.kind === "oidc" ? (
        <>
          {text("issuer", "issuer", "https://login.example.com/realms/company")}
          {text("clientId", say("client id"), "zerotrace")}
          <Labeled
            label={provider?.hasSecret ? say("client secret (empty: the present one stays)") : say("client secret")}
          >
            <input
              className="field w-full"
              type="password"
              autoComplete="off"
              value={draft.clientSecret}
              onChange={(e) => set({ clientSecret: e.target.value })}
            />
          </Labeled>
          {text(
            "scopes",
            say("scopes; some providers give groups by one more, such as groups"),
            say("openid email profile"),
          )}
          <Switch
            label={say("Who signs out here signs out at the provider too")}
            on={draft.signsOut}
            onChange={(signsOut) => set({ signsOut })}
          />
        </>
      ) : (
        <Labeled label={say("metadata of the provider: its address, or its XML")}>
          <textarea
            className="field h-24 w-full py-2"
            required={!provider}
            value={draft.metadata}
            onChange={(e) => set({ metadata: e.target.value })}
          />
        </Labeled>
      )}
      <Labeled
        label={say("groups, one a line: group = role, or group = role [label, label] (the first that fits decides)")}
      >
        <textarea
          className="field mono h-20 w-full py-2"
          placeholder={say("security = admin\nberlin = operator [site:berlin]")}
          value={draft.mappings}
          onChange={(e) => set({ mappings: e.target.value })}
        />
      </Labeled>
      <Labeled label={say("role of who is in none of them")}>
        <select className="field" value={draft.defaultRole} onChange={(e) => set({ defaultRole: e.target.value })}>
          <option value="">{say("none: they are refused")}</option>
          {(roles.data?.rows ?? []).map((r) => (
            <option key={r.id} value={r.id} disabled={!r.mayGive}>
              {r.name}
            </option>
          ))}
        </select>
      </Labeled>
      <Switch
        label={say("who signs in for the first time becomes a member")}
        on={draft.createsMembers}
        onChange={(createsMembers) => set({ createsMembers })}
      />
      <Switch label={say("in use")} on={draft.enabled} onChange={(enabled) => set({ enabled })} />
      {save.error && <ErrorPanel error={save.error} />}
      <div className="flex gap-2">
        <button type="submit" className="button button-primary" disabled={save.isPending}>
          {provider ? say("Change the provider") : say("Add the provider")}
        </button>
        <button type="button" className="button" onClick={onDone}>
          {say("Cancel")}
        </button>
      </div>
    </form>
  );
};
