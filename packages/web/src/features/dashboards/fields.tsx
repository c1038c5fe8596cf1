import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { queries } from "../../api.ts";
import { say } from "../../ui/texts.ts";

/** Name of a dashboard and whose it is. */
export const DashboardFields = ({
  name,
  onName,
  isShared,
  onShared,
}: {
  name: string;
  onName: (name: string) => void;
  isShared: boolean;
  onShared: (isShared: boolean) => void;
}) => {
  const session = useQuery(queries.session()).data;
  const why = useId();
  const mayShare = session?.permissions.includes("config:modify") ?? false;
  // a sign-in link or a program is nobody who could have dashboards of their own
  const isPerson = session?.person !== null;
  return (
    <>
      <label className="grid gap-1 text-sm">
        <span className="text-dim">{say("name")}</span>
        <input
          className="field w-[min(320px,70vw)]"
          required
          maxLength={60}
          value={name}
          onChange={(e) => onName(e.target.value)}
        />
      </label>
      <div className="grid">
        <label className="flex min-h-8 items-center gap-2 text-sm">
          <input
            type="checkbox"
            className="accent-accent"
            checked={isShared || !isPerson}
            disabled={!mayShare || !isPerson}
            aria-describedby={mayShare && isPerson ? undefined : why}
            onChange={(e) => onShared(e.target.checked)}
          />
          {say("shared with everybody of the company")}
        </label>
        {(!mayShare || !isPerson) && (
          <span id={why} className="text-xs text-dim">
            {mayShare
              ? say("You came by a link: only people who sign in by name have dashboards of their own.")
              : say("Sharing needs the permission config:modify.")}
          </span>
        )}
      </div>
    </>
  );
};
