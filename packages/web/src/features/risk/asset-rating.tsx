import { decimal } from "../../ui/format.ts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Criticality, CRITICALITIES, type Exposure, EXPOSURES } from "@zerotrace/core/finding/risk";
import { type AssetDetail, call, contract } from "../../api.ts";
import { useMay } from "../../ui/may.ts";
import { say } from "../../ui/texts.ts";
import { CRITICALITY_WORDS, criticalityOf, EXPOSURE_WORDS, exposureOf } from "./words.ts";

type Rating = AssetDetail["rating"];

const From = ({ rated }: { rated: Rating["criticality"] | Rating["exposure"] }) => {
  if (rated.from === "hand") return <span className="text-dim">{say("set by hand")}</span>;
  if (rated.from === null) return null;
  return (
    <Link to="/assets/rules" className="link text-dim">
      {say("by the rule “{rule}”", { rule: rated.rule })}
    </Link>
  );
};

const Choice = ({
  name,
  rated,
  words,
  onChange,
}: {
  name: string;
  rated: Rating["criticality"] | Rating["exposure"];
  words: Readonly<Record<string, string>>;
  onChange: (value: string) => void;
}) => (
  <label className="flex flex-wrap items-center gap-2 text-sm">
    <span className="text-dim">{name}</span>
    <select
      className="field"
      value={rated.from === "hand" ? (rated.value ?? "") : ""}
      onChange={(e) => onChange(e.target.value)}
    >
      <option value="">
        {rated.from === "rule" && rated.value !== null
          ? say("{value} (by rule)", { value: words[rated.value] })
          : rated.from === "hand"
            ? say("as the rules say")
            : say("not stated")}
      </option>
      {Object.entries(words).map(([value, word]) => (
        <option key={value} value={value}>
          {word}
        </option>
      ))}
    </select>
    <From rated={rated} />
  </label>
);

/** What an asset is worth and how far it is reachable, by whom that is said, and its change by who may. */
export const AssetRating = ({ id, rating }: { id: string; rating: Rating }) => {
  const may = useMay("assets:manage");
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: (body: { criticality?: Criticality | null; exposure?: Exposure | null }) =>
      call(contract.risk.setAssetRating, { params: { id }, body }),
    onSuccess: () => client.invalidateQueries(),
  });
  const { criticality, exposure, points } = rating;
  if (!may) {
    const said = [
      criticality.value && say("criticality {value}", { value: CRITICALITY_WORDS[criticality.value] }),
      exposure.value && EXPOSURE_WORDS[exposure.value],
    ].filter(Boolean);
    return said.length === 0 ? null : <p className="text-sm">{said.join(", ")}</p>;
  }
  return (
    <div className="flex flex-wrap items-center gap-x-5 gap-y-2">
      <Choice
        name={say("criticality")}
        rated={criticality}
        words={Object.fromEntries(CRITICALITIES.map((one) => [one, CRITICALITY_WORDS[one]]))}
        onChange={(value) => save.mutate({ criticality: criticalityOf(value) })}
      />
      <Choice
        name={say("exposure")}
        rated={exposure}
        words={Object.fromEntries(EXPOSURES.map((one) => [one, EXPOSURE_WORDS[one]]))}
        onChange={(value) => save.mutate({ exposure: exposureOf(value) })}
      />
      <span className="text-sm text-dim">
        {points > 0 ? (
          say("adds {points} to the risk of each finding here", { points: decimal(points) })
        ) : (
          <Link to="/assets/rules" className="link">
            {say("Rate assets by rules")}
          </Link>
        )}
      </span>
      {save.error && (
        <span role="alert" className="text-bad">
          {save.error.message}
        </span>
      )}
    </div>
  );
};
