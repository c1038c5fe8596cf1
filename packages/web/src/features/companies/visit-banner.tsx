import { useMutation, useQuery } from "@tanstack/react-query";
import { call, contract, queries, type Session } from "../../api.ts";
import { exact } from "../../ui/format.ts";
import { roleName } from "../../ui/role-name.ts";
import { say } from "../../ui/texts.ts";

const clock = (at: string): string =>
  new Date(at).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });

/** Said all the time while somebody of the provider is in a company: where, as what, until when, why, and the way out. */
export const VisitBanner = ({ session }: { session: Session }) => {
  const isVisit = session.method === "provider";
  const visit = useQuery({ ...queries.ownEntry(), enabled: isVisit });
  const leave = useMutation({
    mutationFn: () => call(contract.companies.leaveCompany),
    // nothing of the visited company may stay in memory
    onSuccess: () => window.location.assign("/companies"),
  });
  const entry = visit.data?.entry;
  if (!isVisit || !entry) return null;
  return (
    <output className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-warn px-4 py-1.5 text-sm text-page">
      <span className="min-w-0">
        {say("You are in")} <strong>{entry.companyName}</strong>{" "}
        {say("as {role} until", { role: roleName(entry.role) })}{" "}
        <time dateTime={entry.endsAt} title={exact(entry.endsAt)}>
          {clock(entry.endsAt)}
        </time>
        {say(", reason: {reason}", { reason: entry.reason })}
      </span>
      <button
        type="button"
        className="ml-auto min-h-6 font-semibold underline underline-offset-3"
        disabled={leave.isPending}
        onClick={() => leave.mutate()}
      >
        {say("Leave")}
      </button>
      {leave.error && <span role="alert">{leave.error.message}</span>}
    </output>
  );
};
