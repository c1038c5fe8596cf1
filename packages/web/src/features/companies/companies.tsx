import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, type Company, contract, queries } from "../../api.ts";
import { Field } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { count } from "../../ui/format.ts";
import { Address, Time } from "../../ui/marks.tsx";
import { Page, Panel } from "../../ui/panel.tsx";
import { Empty, ErrorPanel } from "../../ui/states.tsx";
import { type Column, PagedTable } from "../../ui/table.tsx";
import { CompanyPanel } from "./company-panel.tsx";
import { say } from "../../ui/texts.ts";

const CreateCompany = () => {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [adminEmail, setAdminEmail] = useState("");
  const create = useMutation({
    mutationFn: () => call(contract.companies.createCompany, { body: { name, adminEmail } }),
    onSuccess: () => {
      setName("");
      setAdminEmail("");
      return client.invalidateQueries({ queryKey: ["companies"] });
    },
  });
  return (
    <Panel title={say("Make a company")}>
      <Form row of={create} onSend={() => create.mutate()} verb={say("Make the company")}>
        <Field
          name="name"
          label={say("name")}
          className="w-64 max-w-full"
          required
          maxLength={100}
          value={name}
          onChange={setName}
        />
        <Field
          name="adminEmail"
          label={say("email of its first administrator")}
          className="w-64 max-w-full"
          type="email"
          required
          maxLength={254}
          value={adminEmail}
          onChange={setAdminEmail}
        />
      </Form>
      {create.data && (
        <output className="mt-4 grid gap-2">
          <p>
            {create.data.mailed
              ? say("The link goes to the administrator by mail: it is shown here this once, and ends")
              : say("Hand this link to the administrator: it is shown this once, and ends")}{" "}
            <Time at={create.data.invitationExpiresAt} />.
          </p>
          <Address text={create.data.invitationUrl} />
        </output>
      )}
    </Panel>
  );
};

const State = ({ company }: { company: Company }) => {
  if (company.isProvider) return <span className="text-dim">{say("runs the platform")}</span>;
  if (company.state === "active") return <>{say("active")}</>;
  if (company.state === "suspended") {
    return (
      <span className="text-warn" title={company.stateReason ?? ""}>
        {say("suspended")}
      </span>
    );
  }
  return (
    <span className="text-bad" title={company.stateReason ?? ""}>
      {say("deleted")} <Time at={company.deleteAt} />
    </span>
  );
};

const columnsOf = (open: (company: Company) => void): readonly Column<Company>[] => [
  {
    head: "Company",
    className: "full",
    cell: (c) => (
      <>
        {c.name} <span className="mono text-dim">{c.id}</span>
      </>
    ),
  },
  { head: "State", width: "150px", cell: (c) => <State company={c} /> },
  { head: "Agents", width: "80px", className: "end", label: say("agents"), cell: (c) => count(c.agentCount) },
  { head: "Assets", width: "80px", className: "end", label: say("assets"), cell: (c) => count(c.assetCount) },
  { head: "Findings", width: "90px", className: "end", label: say("findings"), cell: (c) => count(c.findingCount) },
  {
    head: "People",
    width: "80px",
    className: "end wide-only",
    label: say("people"),
    cell: (c) => count(c.personCount),
  },
  { head: "Last activity", width: "120px", className: "wide-only", cell: (c) => <Time at={c.lastActivityAt} /> },
  {
    head: "Actions",
    width: "110px",
    className: "end",
    cell: (c) => (
      <button type="button" className="act" onClick={() => open(c)}>
        {say("Open")}
      </button>
    ),
  },
];

const certificateOf = async (companyId: number): Promise<void> => {
  const certificate = await call(contract.companies.getCertificate, { params: { companyId } });
  const url = URL.createObjectURL(new Blob([JSON.stringify(certificate, null, 2)], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: `deletion-${companyId}.json` });
  link.click();
  URL.revokeObjectURL(url);
};

const Deletions = () => {
  const deletions = useQuery(queries.companyDeletions());
  const download = useMutation({ mutationFn: certificateOf });
  const rows = deletions.data?.rows ?? [];
  if (rows.length === 0) return null;
  return (
    <Panel title={say("Deleted companies")} aside={say("each with a signed certificate of what went")}>
      <ul className="grid gap-1 text-sm">
        {rows.map((row) => (
          <li key={row.companyId} className="flex flex-wrap gap-x-4">
            <span>
              {row.companyName} <span className="mono text-dim">{row.companyId}</span>
            </span>
            <span className="text-dim">
              {say("{rowCount} rows,", { rowCount: count(row.rowCount) })} <Time at={row.deletedAt} />
            </span>
            <button type="button" className="act ml-auto" onClick={() => download.mutate(row.companyId)}>
              {say("Download the certificate")}
            </button>
          </li>
        ))}
      </ul>
      {download.error && <ErrorPanel error={download.error} />}
    </Panel>
  );
};

/** The companies of the platform: made, entered with a reason, suspended, deleted. For the provider only. */
export const CompaniesPage = () => {
  const pages = useInfiniteQuery(queries.companies());
  const [openId, setOpenId] = useState<number | null>(null);
  const opened = pages.data?.pages.flatMap(({ rows }) => rows).find(({ id }) => id === openId);
  return (
    <Page title={say("Companies")} lead={say("Each sees itself only. Counts stop at 10,000.")}>
      <CreateCompany />
      {opened && <CompanyPanel key={opened.id} company={opened} onClose={() => setOpenId(null)} />}
      <section className="panel" aria-label={say("Companies")}>
        <PagedTable
          pages={pages}
          noun="companies"
          label={say("Companies")}
          keyOf={(c) => String(c.id)}
          cardHeight={88}
          columns={columnsOf((c) => setOpenId(c.id))}
          empty={<Empty title={say("There is no company yet")}>{say("Make one above.")}</Empty>}
        />
      </section>
      <Deletions />
    </Page>
  );
};
