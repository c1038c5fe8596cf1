import { useQueryClient } from "@tanstack/react-query";
import { VEX_LIMITS } from "@zerotrace/core/vex/vex";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { call, contract, type VexDocument } from "../../api.ts";
import { useDrop } from "../../ui/drop.ts";
import { FilePicker } from "../../ui/file-picker.tsx";
import { bytes, plural } from "../../ui/format.ts";
import { effectText } from "./words.ts";
import { say } from "../../ui/texts.ts";

/** Files taken at once. */
const FILES_MAX = 50;

type Outcome =
  | { readonly name: string; readonly state: "waiting" }
  | { readonly name: string; readonly state: "added"; readonly document: VexDocument }
  | { readonly name: string; readonly state: "refused"; readonly why: string };

const addOne = async (file: File): Promise<Outcome> => {
  const { name } = file;
  if (file.size > VEX_LIMITS.sizeBytes) {
    return {
      name,
      state: "refused",
      why: say("It is larger than {sizeBytes}: split it.", { sizeBytes: bytes(VEX_LIMITS.sizeBytes) }),
    };
  }
  try {
    const document = await call(contract.vex.addVex, { body: { name, document: await file.text() } });
    return { name, state: "added", document };
  } catch (error) {
    return { name, state: "refused", why: error instanceof Error ? error.message : say("It could not be sent.") };
  }
};

const Line = ({ outcome: o }: { outcome: Outcome }) => (
  <li className="flex flex-wrap gap-x-3">
    <span className="mono">{o.name}</span>
    {o.state === "waiting" && <span className="text-dim">{say("is being read")}</span>}
    {o.state === "refused" && <span className="text-bad">{o.why}</span>}
    {o.state === "added" && (
      <span>
        <Link to="/vex/$id" params={{ id: o.document.id }} className="link">
          {plural(o.document.statementCount, "statement")}
        </Link>
        {say("; it {effectText}", { effectText: effectText(o.document) })}
        {o.document.problemCount > 0 && (
          <span className="text-warn">
            {say("; {problemCount} could not be used", { problemCount: plural(o.document.problemCount, "part") })}
          </span>
        )}
      </span>
    )}
  </li>
);

/** Adds documents that are dropped or chosen, one after the other, and says what each did. */
export const UploadVex = () => {
  const client = useQueryClient();
  const [outcomes, setOutcomes] = useState<readonly Outcome[]>([]);
  const isBusy = outcomes.some((o) => o.state === "waiting");

  const add = async (files: readonly File[]): Promise<void> => {
    const taken = files.slice(0, FILES_MAX);
    const done: Outcome[] = taken.map(({ name }) => ({ name, state: "waiting" }));
    setOutcomes([...done]);
    for (const [i, file] of taken.entries()) {
      done[i] = await addOne(file);
      setOutcomes([...done]);
    }
    await client.invalidateQueries();
  };
  const isOver = useDrop(!isBusy, add);

  return (
    <section
      aria-label={say("Add documents")}
      className={`panel border-dashed p-4 ${isOver ? "border-accent bg-raised" : "border-edge"}`}
    >
      <FilePicker
        label={say("VEX documents")}
        accept=".json,.xml,application/json,text/xml,application/xml"
        isBusy={isBusy}
        button={say("Choose files")}
        onFiles={add}
      >
        {say(
          "or drop them here: OpenVEX, CSAF 2 and CycloneDX, at most {sizeBytes} each. The newest statement on a package decides.",
          { sizeBytes: bytes(VEX_LIMITS.sizeBytes) },
        )}
      </FilePicker>
      <ul aria-live="polite" className={outcomes.length === 0 ? "" : "mt-3 grid gap-1 text-sm"}>
        {outcomes.map((o, i) => (
          <Line key={`${i} ${o.name}`} outcome={o} />
        ))}
      </ul>
    </section>
  );
};
