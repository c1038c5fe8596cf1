import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { queries } from "../../api.ts";
import { Check, Field } from "../../ui/field.tsx";
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
      <Field
        name="name"
        label={say("name")}
        className="w-[min(320px,70vw)]"
        required
        maxLength={60}
        value={name}
        onChange={onName}
      />
      <div className="grid">
        <Check
          className="min-h-8"
          checked={isShared || !isPerson}
          disabled={!mayShare || !isPerson}
          aria-describedby={mayShare && isPerson ? undefined : why}
          onChange={onShared}
        >
          {say("shared with everybody of the company")}
        </Check>
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
