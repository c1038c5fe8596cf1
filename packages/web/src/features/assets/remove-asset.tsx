import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { type AssetDetail, call, contract } from "../../api.ts";
import { count, plural } from "../../ui/format.ts";
import { useMay } from "../../ui/may.ts";
import { Block, ErrorPanel } from "../../ui/states.tsx";

const removal = (id: string, dryRun: "true" | "false") =>
  call(contract.assets.removeAsset, { params: { id }, query: { dryRun } });

type Removal = Awaited<ReturnType<typeof removal>>;

const What = ({ removal: r }: { removal: Removal }) => (
  <>
    <p>
      Its {plural(r.componentCount, "component")} and {plural(r.deltaCount, "change")} of its inventory are forgotten.
    </p>
    <p>
      {r.findingCount === 0
        ? "It has no open finding."
        : r.closedCount === 0
          ? `No finding closes: other assets have its ${plural(r.findingCount, "open finding")} too.`
          : r.closedCount < r.findingCount
            ? `${count(r.closedCount)} of its ${plural(r.findingCount, "open finding")} close: no other asset has them.`
            : r.findingCount === 1
              ? "Its open finding closes: no other asset has it."
              : `Its ${count(r.findingCount)} open findings close: no other asset has them.`}
    </p>
    {r.credentialCount > 0 && (
      <p className="text-warn">Its agent may report no more. Enroll it again to have the host back.</p>
    )}
  </>
);

const Question = ({ asset: { id, name }, onKeep }: { asset: AssetDetail; onKeep: () => void }) => {
  const client = useQueryClient();
  const navigate = useNavigate();
  const dialog = useRef<HTMLDialogElement>(null);
  const look = useQuery({ queryKey: ["asset", id, "removal"], queryFn: () => removal(id, "true"), gcTime: 0 });
  const remove = useMutation({
    mutationFn: () => removal(id, "false"),
    onSuccess: async () => {
      await navigate({ to: "/assets" });
      client.removeQueries({ queryKey: ["asset", id] });
      await client.invalidateQueries();
    },
  });
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="remove-asset"
      onClose={onKeep}
      className="panel m-auto w-[min(32rem,calc(100vw-2rem))] p-4 text-text backdrop:bg-page/80"
    >
      <h2 id="remove-asset" className="font-semibold wrap-anywhere">
        Remove {name}?
      </h2>
      <div className="mt-2 grid min-h-16 content-start gap-2" aria-live="polite">
        {look.isPending && <Block className="h-5 w-64" />}
        {look.error && <ErrorPanel error={look.error} />}
        {look.data && <What removal={look.data} />}
        {remove.error && <ErrorPanel error={remove.error} />}
      </div>
      <div className="mt-4 flex flex-wrap gap-2">
        <button
          type="button"
          className="button border-bad text-bad"
          disabled={!look.data || remove.isPending}
          onClick={() => remove.mutate()}
        >
          {look.data && look.data.closedCount > 0
            ? `Remove and close ${plural(look.data.closedCount, "finding")}`
            : "Remove for good"}
        </button>
        <button type="button" className="button" onClick={() => dialog.current?.close()}>
          Keep it
        </button>
      </div>
    </dialog>
  );
};

/** A button that asks in numbers before it removes an asset. */
export const RemoveAsset = ({ asset }: { asset: AssetDetail }) => {
  const may = useMay("assets:manage");
  const [isAsking, setAsking] = useState(false);
  if (!may) return null;
  return (
    <>
      <button type="button" className="button" onClick={() => setAsking(true)}>
        Remove
      </button>
      {isAsking && <Question asset={asset} onKeep={() => setAsking(false)} />}
    </>
  );
};
