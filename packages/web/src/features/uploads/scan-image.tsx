import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { call, contract } from "../../api.ts";
import { say } from "../../ui/texts.ts";

/** Asks the server to pull an image from its registry; the progress is in the list of uploads. */
export const ScanImage = () => {
  const client = useQueryClient();
  const id = useId();
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
      <form
        className="flex flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (reference.trim() !== "") scan.mutate();
        }}
      >
        <label className="grid min-w-0 flex-1 basis-60 gap-1 text-xs text-dim">
          {say("an image that the server pulls")}
          <input
            value={reference}
            onChange={(event) => setReference(event.target.value)}
            maxLength={512}
            placeholder="ghcr.io/owner/name:1.2"
            aria-describedby={scan.error ? id : undefined}
            className="field"
          />
        </label>
        <button type="submit" className="button" disabled={scan.isPending || reference.trim() === ""}>
          {say("Scan image")}
        </button>
      </form>
      {scan.error && (
        <p id={id} role="alert" className="mt-2 text-sm text-bad">
          {scan.error.message}
        </p>
      )}
    </section>
  );
};
