import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { call, type CompanyEntry, contract, queries } from "../../api.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { useNow } from "../../ui/hooks.ts";
import { Time } from "../../ui/marks.tsx";
import { useMay } from "../../ui/may.ts";
import { Panel } from "../../ui/panel.tsx";
import { roleName } from "../../ui/role-name.ts";
import { say } from "../../ui/texts.ts";

const End = ({ entry }: { entry: CompanyEntry }) => {
  const client = useQueryClient();
  const now = useNow();
  const may = useMay("users:manage");
  const end = useMutation({
    mutationFn: () => call(contract.companies.endEntry, { params: { id: entry.id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["company-entries"] }),
  });
  if (entry.leftAt !== null) {
    return (
      <span className="text-dim">
        {say("left")} <Time at={entry.leftAt} />
      </span>
    );
  }
  if (Date.parse(entry.endsAt) <= now) {
    return (
      <span className="text-dim">
        {say("ended")} <Time at={entry.endsAt} />
      </span>
    );
  }
  return (
    <span className="inline-flex gap-4">
      <span className="text-warn">
        {say("is here, ends")} <Time at={entry.endsAt} />
      </span>
      {may && (
        <Confirm
          verb={say("Send out")}
          question={say("{email} is out at once", { email: entry.email })}
          onConfirm={() => end.mutate()}
        />
      )}
      {end.error && (
        <span role="alert" className="text-bad">
          {end.error.message}
        </span>
      )}
    </span>
  );
};

/** Who of the provider was in this company, and why. */
export const Visits = () => {
  const pages = useInfiniteQuery(queries.companyEntries());
  const rows = pages.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Panel title={say("Visits of the provider")} aside={say("who runs the platform may enter with a reason")}>
      {rows.length === 0 ? (
        <p className="text-sm text-dim">{pages.data ? say("Nobody of the provider was here.") : say("Loading…")}</p>
      ) : (
        <ul className="grid gap-2 text-sm">
          {rows.map((entry) => (
            <li key={entry.id} className="flex flex-wrap items-baseline gap-x-4">
              <span>
                <span className="mono">{entry.email}</span> {say("as {role},", { role: roleName(entry.role) })}{" "}
                <Time at={entry.enteredAt} />
              </span>
              <span className="min-w-0 grow text-dim">{entry.reason}</span>
              <End entry={entry} />
            </li>
          ))}
        </ul>
      )}
      {pages.hasNextPage && (
        <button type="button" className="act mt-2" onClick={() => void pages.fetchNextPage()}>
          {say("Earlier ones")}
        </button>
      )}
    </Panel>
  );
};
