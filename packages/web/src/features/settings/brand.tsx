import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Brand, BRAND_NAME_MAX, LOGO_BYTES_MAX } from "@zerotrace/core/brand/brand";
import { Upload } from "lucide-react";
import { useRef, useState } from "react";
import { call, contract, queries } from "../../api.ts";
import { Field } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { bytes } from "../../ui/format.ts";
import { InputError } from "../../ui/input-error.ts";
import { Panel } from "../../ui/panel.tsx";
import { Block, ErrorPanel } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";

const PRODUCT = "zerotrace";
const USUAL_ACCENT = "#3ddc97";

/** A picture that was chosen, as a data URL. Throws InputError naming the limit. */
const pictureOf = (file: File): Promise<string> => {
  if (file.size > LOGO_BYTES_MAX) {
    throw new InputError(
      say("The picture has {size}; choose one of at most {most}.", {
        size: bytes(file.size),
        most: bytes(LOGO_BYTES_MAX),
      }),
    );
  }
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result as string));
    reader.addEventListener("error", () => reject(new InputError(say("The picture could not be read."))));
    reader.readAsDataURL(file);
  });
};

const BrandForm = ({ brand }: { brand: Brand }) => {
  const client = useQueryClient();
  const [draft, setDraft] = useState<Partial<Brand>>({});
  const input = useRef<HTMLInputElement>(null);
  const shown = { ...brand, ...draft };
  const choose = useMutation({
    mutationFn: async (file: File) => setDraft({ ...draft, logo: await pictureOf(file) }),
  });
  const save = useMutation({
    mutationFn: () => call(contract.settings.putBrand, { body: draft }),
    onSuccess: (answer) => {
      setDraft({});
      client.setQueryData(queries.brand().queryKey, answer);
    },
  });
  return (
    <Form
      of={save}
      onSend={() => save.mutate()}
      verb={say("Save")}
      isOff={Object.keys(draft).length === 0}
      more={
        save.isSuccess &&
        Object.keys(draft).length === 0 && <output className="text-sm text-dim">{say("Saved")}</output>
      }
    >
      <div className="grid gap-4 wide:grid-cols-3">
        <Field
          label={say("name in the head of the dashboard")}
          maxLength={BRAND_NAME_MAX}
          placeholder={PRODUCT}
          value={shown.name ?? ""}
          onChange={(text) => setDraft({ ...draft, name: text.trim() === "" ? null : text })}
        />
        <div className="grid content-start gap-1 text-sm">
          <label htmlFor="brand-accent" className="text-dim">
            {say("color; each theme makes it as light or dark as it must be to be read")}
          </label>
          <span className="flex items-center gap-2">
            <input
              id="brand-accent"
              type="color"
              className="field w-16 p-1"
              value={shown.accent ?? USUAL_ACCENT}
              onChange={(e) => setDraft({ ...draft, accent: e.target.value })}
            />
            {shown.accent !== null && (
              <button type="button" className="act" onClick={() => setDraft({ ...draft, accent: null })}>
                {say("Take the usual one")}
              </button>
            )}
          </span>
        </div>
        <div className="grid content-start gap-1 text-sm">
          <label htmlFor="brand-logo" className="text-dim">
            {say("logo: PNG, JPEG or WebP, at most {size}", { size: bytes(LOGO_BYTES_MAX) })}
          </label>
          {/* the browser's own field says what it says in the browser's language: it is reached by the button */}
          <button type="button" className="button justify-self-start" onClick={() => input.current?.click()}>
            <Upload className="size-4" aria-hidden="true" /> {say("Choose a picture")}
          </button>
          <input
            ref={input}
            id="brand-logo"
            type="file"
            tabIndex={-1}
            accept="image/png,image/jpeg,image/webp"
            className="sr-only"
            onChange={(e) => {
              const file = e.target.files?.[0];
              if (file) choose.mutate(file);
            }}
          />
          {shown.logo !== null && (
            <span className="flex items-center gap-2">
              <img src={shown.logo} alt={say("The logo")} className="h-8 max-w-32 object-contain" />
              <button type="button" className="act" onClick={() => setDraft({ ...draft, logo: null })}>
                {say("Show none")}
              </button>
            </span>
          )}
        </div>
      </div>
      {choose.error && <ErrorPanel error={choose.error} />}
    </Form>
  );
};

/** The company's own name, color and logo in the dashboard. */
export const BrandSettings = () => {
  const brand = useQuery(queries.brand());
  return (
    <Panel title={say("Look")} aside={say("what everybody of the company sees")}>
      {brand.data ? (
        <BrandForm brand={brand.data} />
      ) : brand.error ? (
        <ErrorPanel error={brand.error} />
      ) : (
        <Block className="h-24" />
      )}
    </Panel>
  );
};
