import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { call, contract, type VexDocument } from "../../api.ts";
import { Removal } from "../../ui/dialog.tsx";
import { plural } from "../../ui/format.ts";
import { SeverityLine } from "../../ui/severity.tsx";
import { Block, ErrorPanel } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";

const removal = (id: string, dryRun: "true" | "false") =>
  call(contract.vex.removeVex, { params: { id }, query: { dryRun } });

const Question = ({ document, onKeep }: { document: VexDocument; onKeep: () => void }) => {
  const { id, name } = document;
  const client = useQueryClient();
  const navigate = useNavigate();
  const look = useQuery({ queryKey: ["vex", id, "removal"], queryFn: () => removal(id, "true"), gcTime: 0 });
  const remove = useMutation({
    mutationFn: () => removal(id, "false"),
    onSuccess: async () => {
      await navigate({ to: "/vex" });
      client.removeQueries({ queryKey: ["vex", id] });
      await client.invalidateQueries();
    },
  });
  const opens = look.data?.openedCount ?? 0;
  return (
    <Removal
      title={say("Remove {name}?", { name })}
      verb={opens > 0 ? say("Remove and open {opens}", { opens: plural(opens, "finding") }) : say("Remove it")}
      mayAct={look.data !== undefined && !remove.isPending}
      onAct={() => remove.mutate()}
      onClose={onKeep}
    >
      {look.isPending && <Block className="h-5 w-64" />}
      {look.error && <ErrorPanel error={look.error} />}
      {look.data && (
        <>
          <p>
            {opens === 0
              ? say("No finding is open again: nothing is closed by this document alone.")
              : `${plural(opens, "finding is", "findings are")} open again:`}
          </p>
          {opens > 0 && <SeverityLine counts={look.data.opened} />}
          {look.data.stayingCount > 0 && (
            <p className="text-dim">
              {say("{stayingCount} closed by other documents.", {
                stayingCount: plural(look.data.stayingCount, "finding stays", "findings stay"),
              })}
            </p>
          )}
          {look.data.closedCount > 0 && (
            <p className="text-dim">
              {say("Older statements of other documents then close {closedCount}.", {
                closedCount: plural(look.data.closedCount, "finding"),
              })}
            </p>
          )}
        </>
      )}
      {remove.error && <ErrorPanel error={remove.error} />}
    </Removal>
  );
};

/** A button that asks in numbers before it removes. */
export const RemoveVex = ({ document }: { document: VexDocument }) => {
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <button type="button" className="button" onClick={() => setAsking(true)}>
        {say("Remove")}
      </button>
      {isAsking && <Question document={document} onKeep={() => setAsking(false)} />}
    </>
  );
};
