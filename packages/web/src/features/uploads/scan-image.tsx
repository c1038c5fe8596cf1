import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, contract } from "../../api.ts";
import { Field } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { say } from "../../ui/texts.ts";

/** Asks the server to pull an image from its registry; the progress is in the list of uploads. */
export const ScanImage = () => {
  const client = useQueryClient();
  const [reference, setReference] = useState("");
  const scan = useMutation({
    mutationFn: () => call(contract.uploads.scanImage, { body: { reference: reference.trim() } }),
    onSuccess: () => {
      setReference("");
      return client.invalidateQueries({ queryKey: ["uploads"] });
    },
  });
  return (
    <section aria-label={say("Scan an image")} className="panel p-4">
      <Form
        row
        of={scan}
        onSend={() => scan.mutate()}
        verb={say("Scan image")}
        tone="plain"
        isOff={reference.trim() === ""}
      >
        <Field
          name="reference"
          label={say("an image that the server pulls")}
          frame="flex-1 basis-60"
          value={reference}
          onChange={setReference}
          maxLength={512}
          placeholder="ghcr.io/owner/name:1.2"
        />
      </Form>
    </section>
  );
};
