import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { call, contract } from "../../api.ts";
import { useDrop } from "../../ui/drop.ts";
import { Field, Labeled } from "../../ui/field.tsx";
import { FilePicker } from "../../ui/file-picker.tsx";
import { bytes } from "../../ui/format.ts";
import { say } from "../../ui/texts.ts";

/** Files taken at once. */
const FILES_MAX = 50;
/** What the server takes of one document, as sent. */
const FILE_BYTES_MAX = 128 * 1024 * 1024;

interface Refusal {
  readonly name: string;
  readonly why: string;
}

/** Takes documents that are dropped or chosen, one after the other; their progress is in the list of uploads. */
export const AddSbom = () => {
  const client = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [left, setLeft] = useState(0);
  const [refusals, setRefusals] = useState<readonly Refusal[]>([]);

  const asked = (): Record<string, string> => {
    const given = form.current === null ? [] : [...new FormData(form.current)];
    return Object.fromEntries(
      given.flatMap(([key, value]) => (typeof value === "string" && value.trim() ? [[key, value.trim()]] : [])),
    );
  };

  const send = async (file: File): Promise<Refusal | null> => {
    const { name } = file;
    if (file.size > FILE_BYTES_MAX)
      return {
        name,
        why: say("It is larger than {FILE_BYTES_MAX}: pack it with gzip.", { FILE_BYTES_MAX: bytes(FILE_BYTES_MAX) }),
      };
    try {
      await call(contract.uploads.addSbom, { query: { ...asked(), file: name.slice(0, 300) }, body: file });
      return null;
    } catch (error) {
      return { name, why: error instanceof Error ? error.message : say("It could not be sent.") };
    }
  };

  const add = async (files: readonly File[]): Promise<void> => {
    const taken = files.slice(0, FILES_MAX);
    setRefusals([]);
    for (const [i, file] of taken.entries()) {
      setLeft(taken.length - i);
      const refusal = await send(file);
      if (refusal) setRefusals((before) => [...before, refusal]);
      void client.invalidateQueries({ queryKey: ["uploads"] });
    }
    setLeft(0);
    await client.invalidateQueries();
  };
  const isBusy = left > 0;
  const isOver = useDrop(!isBusy, add);

  return (
    <section
      aria-label={say("Add bills of materials")}
      className={`panel border-dashed p-4 ${isOver ? "border-accent bg-raised" : "border-edge"}`}
    >
      <FilePicker
        label={say("Bills of materials")}
        isBusy={isBusy}
        button={isBusy ? say("Sending, {left} left", { left }) : say("Choose files")}
        onFiles={add}
      >
        {say(
          "or drop them here: CycloneDX and SPDX, told by their content, also packed with gzip or zstd, at most {FILE_BYTES_MAX} each.",
          { FILE_BYTES_MAX: bytes(FILE_BYTES_MAX) },
        )}
      </FilePicker>
      <form ref={form} className="mt-3 grid gap-3 sm:grid-cols-3" onSubmit={(event) => event.preventDefault()}>
        <Field
          label={say("asset, when the document does not say or says it otherwise")}
          name="name"
          maxLength={300}
          placeholder={say("as the document says")}
        />
        <Field label={say("branch or tag")} name="branch" maxLength={200} placeholder={say("main")} />
        <Labeled label={say("kind")}>
          {(said) => (
            <select {...said} name="kind" className="field" defaultValue="">
              <option value="">{say("as the document says")}</option>
              <option value="repository">{say("repository")}</option>
              <option value="image">{say("image")}</option>
              <option value="host">{say("host")}</option>
            </select>
          )}
        </Labeled>
      </form>
      <ul aria-live="polite" className={refusals.length === 0 ? "" : "mt-3 grid gap-1 text-sm"}>
        {refusals.map((r, i) => (
          <li key={`${i} ${r.name}`} className="flex flex-wrap gap-x-3">
            <span className="mono">{r.name}</span>
            <span className="text-bad">{r.why}</span>
          </li>
        ))}
      </ul>
    </section>
  );
};
