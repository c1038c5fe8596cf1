import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type AuditSink, call, contract, queries } from "../../api.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { Choice, Field } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { count } from "../../ui/format.ts";
import { Time } from "../../ui/marks.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty, ErrorPanel, RowsSkeleton } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { say } from "../../ui/texts.ts";

const Remove = ({ sink }: { sink: AuditSink }) => {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => call(contract.audit.deleteAuditSink, { params: { id: sink.id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["audit-sinks"] }),
  });
  return (
    <Confirm
      verb={say("Stop")}
      question={say("{name} gets nothing more", { name: sink.name })}
      onConfirm={() => remove.mutate()}
    />
  );
};

const COLUMNS: readonly Column<AuditSink>[] = [
  { head: "To", className: "full", cell: (s) => s.name },
  { head: "Address", className: "wide-only", cell: (s) => <span className="mono">{s.url}</span> },
  { head: "As", width: "70px", className: "wide-only", cell: (s) => s.format },
  { head: "Sent", width: "120px", label: say("sent"), cell: (s) => <Time at={s.sentAt} /> },
  { head: "Waiting", width: "100px", label: say("waiting"), cell: (s) => count(s.waitingCount) },
  {
    head: "State",
    width: "200px",
    cell: (s) =>
      s.lastError ? (
        <span className="text-bad" title={s.lastError}>
          {s.lastError}
        </span>
      ) : (
        <span className="text-dim">{say("delivers")}</span>
      ),
  },
  { head: "Actions", width: "160px", className: "end", cell: (s) => <Remove sink={s} /> },
];

const FORMATS = [
  ["json", say("JSON")],
  ["cef", say("CEF")],
] as const;

const Add = () => {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [url, setUrl] = useState("");
  const [format, setFormat] = useState<"json" | "cef">("json");
  const add = useMutation({
    mutationFn: () => call(contract.audit.createAuditSink, { body: { name, url, format } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["audit-sinks"] }),
  });
  return (
    <Form
      row
      of={add}
      onSend={() => add.mutate()}
      verb={say("Send the trail there")}
      tone="plain"
      className="border-t border-line p-4"
    >
      <Field name="name" label={say("name")} className="w-40" required value={name} onChange={setName} />
      <Field
        name="url"
        label={say("https://… or syslog+tls://host:port")}
        frame="grow"
        required
        value={url}
        onChange={setUrl}
      />
      <Choice name="format" label={say("format")} value={format} options={FORMATS} onChange={setFormat} />
    </Form>
  );
};

/** Where the trail is sent as it is written, and how far each receiver is. */
export const Sinks = () => {
  const sinks = useQuery(queries.auditSinks());
  return (
    <Panel title={say("Sent to")} flush>
      {sinks.isPending && <RowsSkeleton rows={2} />}
      {sinks.error && <ErrorPanel error={sinks.error} retry={() => void sinks.refetch()} />}
      {sinks.data &&
        (sinks.data.rows.length === 0 ? (
          <Empty title={say("The trail stays here")}>
            {say("A receiver elsewhere keeps it from whoever has this machine.")}
          </Empty>
        ) : (
          <Table
            label={say("Receivers")}
            columns={COLUMNS}
            rows={sinks.data.rows}
            keyOf={(s) => s.id}
            cardHeight={120}
          />
        ))}
      <Add />
    </Panel>
  );
};
