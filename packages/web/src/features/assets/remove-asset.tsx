import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type AssetDetail, call, contract } from "../../api.ts";
import { Removal } from "../../ui/dialog.tsx";
import { count, plural } from "../../ui/format.ts";
import { useMay } from "../../ui/may.ts";
import { Block, ErrorPanel } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";

const removal = (id: string, dryRun: "true" | "false") =>
  call(contract.assets.removeAsset, { params: { id }, query: { dryRun } });

type Removal = Awaited<ReturnType<typeof removal>>;

const What = ({ removal: r }: { removal: Removal }) => (
  <>
    <p>
      {say("Its {componentCount} and {deltaCount} of its inventory are forgotten.", {
        componentCount: plural(r.componentCount, "component"),
        deltaCount: plural(r.deltaCount, "change"),
      })}
    </p>
    <p>
      {r.findingCount === 0
        ? say("It has no open finding.")
        : r.closedCount === 0
          ? say("No finding closes: other assets have its {findingCount} too.", {
              findingCount: plural(r.findingCount, "open finding"),
            })
          : r.closedCount < r.findingCount
            ? say("{closedCount} of its {findingCount} close: no other asset has them.", {
                closedCount: count(r.closedCount),
                findingCount: plural(r.findingCount, "open finding"),
              })
            : r.findingCount === 1
              ? say("Its open finding closes: no other asset has it.")
              : say("Its {findingCount} open findings close: no other asset has them.", {
                  findingCount: count(r.findingCount),
                })}
    </p>
    {r.credentialCount > 0 && (
      <p className="text-warn">{say("Its agent may report no more. Enroll it again to have the host back.")}</p>
    )}
  </>
);

const Question = ({ asset: { id, name }, onKeep }: { asset: AssetDetail; onKeep: () => void }) => {
  const client = useQueryClient();
  const navigate = useNavigate();
  const look = useQuery({ queryKey: ["asset", id, "removal"], queryFn: () => removal(id, "true"), gcTime: 0 });
  const remove = useMutation({
    mutationFn: () => removal(id, "false"),
    onSuccess: async () => {
      await navigate({ to: "/assets" });
      client.removeQueries({ queryKey: ["asset", id] });
      await client.invalidateQueries();
    },
  });
  return (
    <Removal
      title={say("Remove {name}?", { name })}
      verb={
        look.data && look.data.closedCount > 0
          ? say("Remove and close {closedCount}", { closedCount: plural(look.data.closedCount, "finding") })
          : say("Remove for good")
      }
      mayAct={look.data !== undefined && !remove.isPending}
      onAct={() => remove.mutate()}
      onClose={onKeep}
    >
      {look.isPending && <Block className="h-5 w-64" />}
      {look.error && <ErrorPanel error={look.error} />}
      {look.data && <What removal={look.data} />}
      {remove.error && <ErrorPanel error={remove.error} />}
    </Removal>
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
        {say("Remove")}
      </button>
      {isAsking && <Question asset={asset} onKeep={() => setAsking(false)} />}
    </>
  );
};
