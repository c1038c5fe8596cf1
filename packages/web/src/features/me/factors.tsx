import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ApiError } from "@zerotrace/sdk";
import { useState } from "react";
import { call, contract, type Factor, queries } from "../../api.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { Field } from "../../ui/field.tsx";
import { plural } from "../../ui/format.ts";
import { Time } from "../../ui/marks.tsx";
import { ErrorPanel, RowsSkeleton } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { Refusal } from "../sessions/credentials.tsx";
import { addPasskey, canUsePasskeys } from "../sessions/passkey.ts";
import { ConfirmTotp, type Started } from "./confirm-totp.tsx";
import { RecoveryCodes } from "./recovery-codes.tsx";
import { say } from "../../ui/texts.ts";

const LABEL_MAX = 60;
const KINDS: Readonly<Record<Factor["kind"], string>> = { totp: say("authenticator app"), passkey: "passkey" };

const asksPassword = (error: Error | null): boolean => error instanceof ApiError && error.field === "password";

const columnsOf = (remove: (id: string) => void): readonly Column<Factor>[] => [
  { head: "Name", className: "full", cell: (f) => f.label },
  {
    head: "Kind",
    width: "180px",
    label: say("kind"),
    cell: (f) => `${KINDS[f.kind]}${f.isBackedUp ? say(", synced") : ""}`,
  },
  { head: "Added", width: "120px", className: "wide-only", cell: (f) => <Time at={f.createdAt} /> },
  { head: "Last used", width: "120px", label: say("used"), cell: (f) => <Time at={f.lastUsedAt} /> },
  {
    head: "Actions",
    width: "220px",
    className: "end",
    cell: (f) => (
      <Confirm
        verb={say("Remove")}
        question={say("{label} signs you in no more", { label: f.label })}
        onConfirm={() => remove(f.id)}
      />
    ),
  },
];

/** What one may do with one's factors. `onCodes` gets recovery codes, shown this once; null where there are none. */
const useFactors = (password: string | undefined, onCodes: (codes: string[] | null) => void) => {
  const client = useQueryClient();
  const renewed = () => client.invalidateQueries({ queryKey: ["my-factors"] });
  const done = (codes: string[] | null) => {
    onCodes(codes);
    return Promise.all([renewed(), client.invalidateQueries({ queryKey: ["my-sessions"] })]);
  };
  return {
    done,
    start: useMutation({
      mutationFn: (label: string) => call(contract.factors.startTotp, { body: { label, password } }),
    }),
    passkey: useMutation({ mutationFn: (label: string) => addPasskey(label, password), onSuccess: done }),
    remove: useMutation({
      mutationFn: (id: string) => call(contract.factors.removeFactor, { params: { id }, body: { password } }),
      onSuccess: renewed,
    }),
    renew: useMutation({
      mutationFn: () => call(contract.factors.renewRecoveryCodes, { body: { password } }),
      onSuccess: ({ recoveryCodes }) => done(recoveryCodes),
    }),
  };
};

const Add = ({
  isBusy,
  onApp,
  onPasskey,
}: {
  isBusy: boolean;
  onApp: (label: string) => void;
  onPasskey: (label: string) => void;
}) => {
  const [label, setLabel] = useState("");
  return (
    <form
      className="flex flex-wrap items-end gap-3"
      onSubmit={(e) => {
        e.preventDefault();
        const { submitter } = e.nativeEvent;
        if (submitter?.getAttribute("value") === "passkey") onPasskey(label);
        else onApp(label);
      }}
    >
      <Field
        name="label"
        label={say("what you call the device")}
        className="w-56 max-w-full"
        required
        maxLength={LABEL_MAX}
        placeholder={say("my phone")}
        value={label}
        onChange={setLabel}
      />
      <button type="submit" className="button" value="app" disabled={isBusy}>
        {say("Add an authenticator app")}
      </button>
      {canUsePasskeys() && (
        <button type="submit" className="button" value="passkey" disabled={isBusy}>
          {say("Add a passkey")}
        </button>
      )}
    </form>
  );
};

/** One's second factors: adding, confirming, removing, recovery codes. `onKept` follows when codes were shown and kept. */
export const Factors = ({ onKept }: { onKept?: () => void }) => {
  const mine = useQuery(queries.myFactors());
  const [password, setPassword] = useState("");
  const [codes, setCodes] = useState<string[] | null>(null);
  const [started, setStarted] = useState<Started | null>(null);
  const act = useFactors(password === "" ? undefined : password, setCodes);
  const error = act.start.error ?? act.passkey.error ?? act.remove.error ?? act.renew.error;
  const reset = () => [act.start, act.passkey, act.remove, act.renew].forEach((one) => one.reset());
  if (codes) {
    return (
      <div className="p-4">
        <RecoveryCodes
          codes={codes}
          onKept={() => {
            setCodes(null);
            onKept?.();
          }}
        />
      </div>
    );
  }
  if (mine.isPending) return <RowsSkeleton rows={2} />;
  if (mine.error) return <ErrorPanel error={mine.error} retry={() => void mine.refetch()} />;
  const { rows, recoveryCodes } = mine.data;
  return (
    <>
      {rows.length > 0 && (
        <Table
          label={say("Your second factors")}
          columns={columnsOf((id) => {
            reset();
            act.remove.mutate(id);
          })}
          rows={rows}
          keyOf={(f) => f.id}
          cardHeight={88}
        />
      )}
      <div className="grid gap-4 p-4">
        {rows.length === 0 && (
          <p className="max-w-2xl text-dim">
            {say(
              "None yet: who knows your password signs in as you. An authenticator app shows a code for each sign-in. A passkey also signs in alone, without a password, and cannot be given away to a false page.",
            )}
          </p>
        )}
        {asksPassword(error) && (
          <div className="max-w-md">
            <Field
              name="password"
              required
              label={say("your password, because you signed in a while ago")}
              type="password"
              autoComplete="current-password"
              value={password}
              onChange={setPassword}
            />
          </div>
        )}
        <Refusal error={error} />
        {started ? (
          <ConfirmTotp
            started={started}
            onStop={() => setStarted(null)}
            onConfirmed={(made) => {
              setStarted(null);
              void act.done(made);
              if (made === null) onKept?.();
            }}
          />
        ) : (
          <Add
            key={rows.length}
            isBusy={act.start.isPending || act.passkey.isPending}
            onApp={(label) => {
              reset();
              act.start.mutate(label, { onSuccess: setStarted });
            }}
            onPasskey={(label) => {
              reset();
              act.passkey.mutate(label);
            }}
          />
        )}
        {rows.length > 0 && (
          <p className="flex flex-wrap items-center gap-x-4 text-sm">
            {say("{recoveryCodes} left", { recoveryCodes: plural(recoveryCodes, "recovery code") })}
            <Confirm
              verb={say("Make new ones")}
              question={say("Those that you have end")}
              onConfirm={() => {
                reset();
                act.renew.mutate();
              }}
            />
          </p>
        )}
      </div>
    </>
  );
};
