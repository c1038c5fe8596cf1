import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, contract, queries, type SavedView } from "../../api.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { Check, Field } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import type { Shown } from "./search.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { say } from "../../ui/texts.ts";

const useSave = (view: SavedView | null, done: () => void) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ noun, ...wish }: Shown & { name: string; shared: boolean }) => {
      const columns = [...wish.columns];
      if (view) await call(contract.views.changeView, { params: { id: view.id }, body: { ...wish, columns } });
      else await call(contract.views.createView, { body: { ...wish, columns, noun } });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["views"] });
      done();
    },
  });
};

const useDelete = (done: () => void) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call(contract.views.deleteView, { params: { id } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["views"] });
      done();
    },
  });
};

const ViewForm = ({ view, shown, onClose }: { view: SavedView | null; shown: Shown; onClose: () => void }) => {
  const session = useQuery(queries.session()).data;
  const mayShare = session?.permissions.includes("config:modify") ?? false;
  // a sign-in link or a program is nobody who could have views of their own
  const isPerson = session?.person !== null;
  const [name, setName] = useState(view?.name ?? "");
  const [isShared, setShared] = useState(view?.shared ?? !isPerson);
  const [takesShown, setTakesShown] = useState(view === null);
  const save = useSave(view, onClose);
  const remove = useDelete(onClose);
  const says = takesShown || view === null ? shown : view;
  return (
    <Form
      of={{ error: save.error ?? remove.error, isPending: save.isPending }}
      onSend={() => {
        const { noun, query, sort, columns } = says;
        save.mutate({ noun, query, sort, columns, view: says.view, name, shared: isShared });
      }}
      verb={view ? say("Change") : say("Save view")}
      isOff={!mayShare && isShared}
      onCancel={onClose}
      more={
        view && (
          <span className="ml-auto">
            <Confirm
              verb={say("Delete")}
              question={
                view.shared ? say("Everybody of the company loses it") : say("The view is forgotten; no finding is")
              }
              onConfirm={() => remove.mutate(view.id)}
            />
          </span>
        )
      }
    >
      <p className="text-dim">
        {say(says.noun)} <span className="text-accent">&gt;</span>{" "}
        <span className="mono wrap-anywhere">{says.query || say("everything that is usual")}</span>
      </p>
      <Field name="name" label={say("name")} required maxLength={60} value={name} onChange={setName} />
      {view && (
        <Check checked={takesShown} onChange={setTakesShown}>
          {say("replace what it asks for by what the list shows now")}
        </Check>
      )}
      <Check checked={isShared} disabled={!mayShare || !isPerson} onChange={setShared}>
        {say("shared with everybody of the company")}
      </Check>
      {!mayShare && <p className="text-xs text-dim">{say("Sharing needs the permission config:modify.")}</p>}
      {!isPerson && mayShare && (
        <p className="text-xs text-dim">
          {say("You came by a link: only people who sign in by name have views of their own.")}
        </p>
      )}
    </Form>
  );
};

/** Saves what a list shows as a view, or changes, shares and deletes one. */
export const ViewDialog = ({ view, shown, onClose }: { view: SavedView | null; shown: Shown; onClose: () => void }) => (
  <Dialog
    title={view ? say('The view "{name}"', { name: view.name }) : say("Save this view")}
    width="440px"
    onClose={onClose}
  >
    {(close) => <ViewForm view={view} shown={shown} onClose={close} />}
  </Dialog>
);
