import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { call, contract, type Registry } from "../../api.ts";
import { Panel } from "../../ui/panel.tsx";
import { ErrorPanel } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";

const EMPTY = {
  name: "",
  host: "",
  repositories: "",
  exceptRepositories: "",
  tags: "",
  exceptTags: "",
  newestTags: "10",
  intervalMinutes: "60",
  platform: "",
  user: "",
  password: "",
};
type Fields = typeof EMPTY;

const fieldsOf = ({ name, host, rules, platform, intervalMinutes, user }: Registry): Fields => ({
  name,
  host,
  repositories: rules.repositories.join(" "),
  exceptRepositories: rules.exceptRepositories.join(" "),
  tags: rules.tags.join(" "),
  exceptTags: rules.exceptTags.join(" "),
  newestTags: String(rules.newestTags),
  intervalMinutes: String(intervalMinutes),
  platform,
  user,
  password: "",
});

/** Neither names nor patterns hold spaces or commas. */
const words = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

const rulesOf = (f: Fields) => ({
  repositories: words(f.repositories),
  exceptRepositories: words(f.exceptRepositories),
  tags: words(f.tags),
  exceptTags: words(f.exceptTags),
  newestTags: Number(f.newestTags),
});
const passwordOf = ({ password }: Fields): { password?: string } => (password === "" ? {} : { password });
const settingsOf = (f: Fields) => {
  const { name, host, platform, user } = f;
  const intervalMinutes = Number(f.intervalMinutes);
  return { name, host, platform, user, intervalMinutes, rules: rulesOf(f), ...passwordOf(f) };
};

const Labeled = ({ text, children }: { text: string; children: ReactNode }) => (
  <label className="grid min-w-0 gap-1 text-xs text-dim">
    {text}
    {children}
  </label>
);

/** What registry, which of its repositories and tags, and with which credential; the connection can be tried before. */
export const RegistryForm = ({ registry, onDone }: { registry: Registry | null; onDone: () => void }) => {
  const client = useQueryClient();
  const [fields, setFields] = useState<Fields>(registry === null ? EMPTY : fieldsOf(registry));
  const test = useMutation({
    mutationFn: () => {
      const { host, user } = fields;
      const own = registry === null ? {} : { id: registry.id };
      return call(contract.registries.testRegistry, {
        body: { ...own, host, user, rules: rulesOf(fields), ...passwordOf(fields) },
      });
    },
  });
  const save = useMutation({
    mutationFn: () =>
      registry === null
        ? call(contract.registries.createRegistry, { body: settingsOf(fields) })
        : call(contract.registries.updateRegistry, { params: { id: registry.id }, body: settingsOf(fields) }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["registries"] });
      onDone();
    },
  });
  const input = (name: keyof Fields, more: React.InputHTMLAttributes<HTMLInputElement> = {}) => (
    <input
      name={name}
      className="field"
      autoComplete="off"
      spellCheck={false}
      value={fields[name]}
      onChange={(event) => {
        const { value } = event.target;
        test.reset();
        setFields((before) => ({ ...before, [name]: value }));
      }}
      {...more}
    />
  );
  const canAsk = fields.host !== "" && words(fields.repositories).length > 0;
  return (
    <Panel title={registry === null ? say("Watch a registry") : say("Change {name}", { name: registry.name })}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <div className="grid gap-3 sm:grid-cols-2">
          <Labeled text={say("name")}>
            {input("name", { required: true, maxLength: 100, placeholder: say("our registry") })}
          </Labeled>
          <Labeled text={say("registry")}>
            {input("host", {
              required: true,
              maxLength: 300,
              placeholder: say("ghcr.io or registry.example.com:5000"),
            })}
          </Labeled>
          <Labeled text={say("repositories: names, or patterns such as team/* where the registry lists them")}>
            {input("repositories", { required: true, placeholder: say("acme/app acme/web") })}
          </Labeled>
          <Labeled text={say("of each, so many of the newest tags by name")}>
            {input("newestTags", { type: "number", required: true, min: 1, max: 200 })}
          </Labeled>
          <Labeled text={say("user name, where one signs in")}>{input("user", { maxLength: 200 })}</Labeled>
          <Labeled text={say("password or token")}>
            {input("password", {
              type: "password",
              autoComplete: "new-password",
              maxLength: 16_384,
              placeholder: registry?.hasPassword ? say("the one that is kept") : "",
            })}
          </Labeled>
        </div>
        <details>
          <summary className="cursor-pointer text-sm text-dim hover:text-text">
            {say("Exceptions, tags, how often")}
          </summary>
          <div className="mt-3 grid gap-3 sm:grid-cols-2">
            <Labeled text={say("not these repositories")}>
              {input("exceptRepositories", { placeholder: say("team/*-cache") })}
            </Labeled>
            <Labeled text={say("only these tags")}>{input("tags", { placeholder: say("all") })}</Labeled>
            <Labeled text={say("not these tags")}>{input("exceptTags", { placeholder: "*-debug nightly-*" })}</Labeled>
            <Labeled text={say("platform")}>
              {input("platform", { maxLength: 100, placeholder: say("the server's own") })}
            </Labeled>
            <Labeled text={say("minutes between looks")}>
              {input("intervalMinutes", { type: "number", required: true, min: 5, max: 10_080 })}
            </Labeled>
          </div>
        </details>
        <div className="flex flex-wrap items-center gap-2">
          <button type="submit" className="button button-primary" disabled={save.isPending || !canAsk}>
            {registry === null ? say("Watch it") : say("Save")}
          </button>
          <button type="button" className="button" disabled={test.isPending || !canAsk} onClick={() => test.mutate()}>
            {test.isPending ? say("Asking…") : say("Test connection")}
          </button>
          <button type="button" className="button" onClick={onDone}>
            {say("Cancel")}
          </button>
        </div>
        <output aria-live="polite" className={test.data ? `text-sm ${test.data.ok ? "text-text" : "text-bad"}` : ""}>
          {test.data?.says}
        </output>
        {(save.error ?? test.error) && <ErrorPanel error={(save.error ?? test.error) as Error} />}
      </form>
    </Panel>
  );
};
