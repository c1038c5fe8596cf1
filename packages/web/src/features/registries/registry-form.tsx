import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ComponentProps, useState } from "react";
import { call, contract, type Registry } from "../../api.ts";
import { Field } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { Panel } from "../../ui/panel.tsx";
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
  const field = (name: keyof Fields, label: string, more: Partial<ComponentProps<typeof Field>> = {}) => (
    <Field
      name={name}
      label={label}
      autoComplete="off"
      spellCheck={false}
      value={fields[name]}
      onChange={(value) => {
        test.reset();
        setFields((before) => ({ ...before, [name]: value }));
      }}
      {...more}
    />
  );
  const canAsk = fields.host !== "" && words(fields.repositories).length > 0;
  return (
    <Panel title={registry === null ? say("Watch a registry") : say("Change {name}", { name: registry.name })}>
      <Form
        of={{ error: save.error ?? test.error, isPending: save.isPending }}
        onSend={() => save.mutate()}
        verb={registry === null ? say("Watch it") : say("Save")}
        isOff={!canAsk}
        onCancel={onDone}
        more={
          <>
            <button type="button" className="button" disabled={test.isPending || !canAsk} onClick={() => test.mutate()}>
              {test.isPending ? say("Asking…") : say("Test connection")}
            </button>
            <output
              aria-live="polite"
              className={test.data ? `text-sm ${test.data.ok ? "text-text" : "text-bad"}` : ""}
            >
              {test.data?.says}
            </output>
          </>
        }
      >
        <div className="grid gap-3 sm:grid-cols-2">
          {field("name", say("name"), { required: true, maxLength: 100, placeholder: say("our registry") })}
          {field("host", say("registry"), {
            required: true,
            maxLength: 300,
            placeholder: say("ghcr.io or registry.example.com:5000"),
          })}
          {field("repositories", say("repositories: names, or patterns such as team/* where the registry lists them"), {
            required: true,
            placeholder: say("acme/app acme/web"),
          })}
          {field("newestTags", say("of each, so many of the newest tags by name"), {
            type: "number",
            required: true,
            min: 1,
            max: 200,
          })}
          {field("user", say("user name, where one signs in"), { maxLength: 200 })}
          {field("password", say("password or token"), {
            type: "password",
            autoComplete: "new-password",
            maxLength: 16_384,
            placeholder: registry?.hasPassword ? say("the one that is kept") : "",
          })}
        </div>
        <details>
          <summary className="cursor-pointer text-sm text-dim hover:text-text">
            {say("Exceptions, tags, how often")}
          </summary>
          <div className="mt-3 grid gap-3 sm:grid-cols-2">
            {field("exceptRepositories", say("not these repositories"), { placeholder: say("team/*-cache") })}
            {field("tags", say("only these tags"), { placeholder: say("all") })}
            {field("exceptTags", say("not these tags"), { placeholder: "*-debug nightly-*" })}
            {field("platform", say("platform"), { maxLength: 100, placeholder: say("the server's own") })}
            {field("intervalMinutes", say("minutes between looks"), {
              type: "number",
              required: true,
              min: 5,
              max: 10_080,
            })}
          </div>
        </details>
      </Form>
    </Panel>
  );
};
