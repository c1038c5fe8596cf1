import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, contract, type Token } from "../../api.ts";
import { Copy, Time } from "../../ui/marks.tsx";
import { say } from "../../ui/texts.ts";

/** How long the former secret may work beside the new one. */
const OVERLAPS = [
  { seconds: 0, says: say("not at all") },
  { seconds: 3600, says: say("an hour") },
  { seconds: 86_400, says: say("a day") },
  { seconds: 604_800, says: say("a week") },
] as const;

const Overlap = ({ onChoose, onKeep }: { onChoose: (seconds: number) => void; onKeep: () => void }) => {
  const [seconds, setSeconds] = useState<number>(86_400);
  return (
    <span className="inline-flex flex-wrap items-center justify-end gap-2">
      <label className="inline-flex items-center gap-2">
        <span className="text-dim">{say("former secret works")}</span>
        <select className="field" value={seconds} onChange={(e) => setSeconds(Number(e.target.value))}>
          {OVERLAPS.map((one) => (
            <option key={one.seconds} value={one.seconds}>
              {one.says}
            </option>
          ))}
        </select>
      </label>
      <button type="button" className="act font-semibold" onClick={() => onChoose(seconds)}>
        {say("Rotate now")}
      </button>
      <button type="button" className="act" onClick={onKeep}>
        {say("Keep")}
      </button>
    </span>
  );
};

/** Gives an API token another secret; asks before how long the former one works on. */
export const Rotate = ({ token }: { token: Token }) => {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const rotate = useMutation({
    mutationFn: (overlapSeconds: number) =>
      call(contract.tokens.rotateToken, { params: { id: token.id }, body: { overlapSeconds } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["tokens"] }),
  });
  if (rotate.data) {
    return (
      <output className="inline-flex flex-wrap items-center justify-end gap-2">
        <span className="text-dim">{say("new secret, shown this once:")}</span>
        <Copy text={rotate.data.secret} max={20} label={say("the new secret")} />
      </output>
    );
  }
  if (asking) {
    return (
      <Overlap
        onKeep={() => setAsking(false)}
        onChoose={(seconds) => {
          setAsking(false);
          rotate.mutate(seconds);
        }}
      />
    );
  }
  return (
    <span className="inline-flex gap-2">
      {rotate.error && (
        <span role="alert" className="text-bad" title={rotate.error.message}>
          {say("failed: {message}", { message: rotate.error.message })}
        </span>
      )}
      {token.formerUntil && (
        <span className="text-dim">
          {say("former secret until")} <Time at={token.formerUntil} />
        </span>
      )}
      <button type="button" className="act" onClick={() => setAsking(true)} disabled={rotate.isPending}>
        {say("Rotate")}
      </button>
    </span>
  );
};
