import { useId, useState } from "react";
import { chooseTheme, storedTheme, type Theme, THEMES } from "../../theme/theme.ts";
import { Panel } from "../../ui/panel.tsx";
import { chooseLanguage, language, LANGUAGES, type Language } from "../../ui/texts.ts";
import { chooseZone, zoneChosen, zones } from "../../ui/zone.ts";
import { say } from "../../ui/texts.ts";

const THEME_WORDS: Readonly<Record<Theme, string>> = { dark: "dark", light: "light", contrast: say("high contrast") };

const Choice = <T extends string>(props: {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChoose: (value: T) => void;
}) => {
  const id = useId();
  return (
    <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-1 text-sm">
      <label htmlFor={id} className="text-dim">
        {props.label}
      </label>
      <select
        id={id}
        className="field w-full min-w-0"
        value={props.value}
        onChange={(e) => props.onChoose(e.target.value as T)}
      >
        {props.options.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
};

/** How this browser shows the dashboard: language, time zone, theme. */
export const ThisBrowser = () => {
  const [theme, setTheme] = useState(storedTheme);
  return (
    <Panel title={say("This browser")} aside={say("kept here alone")}>
      <div className="grid max-w-2xl gap-4 wide:grid-cols-3">
        <Choice
          label={say("language")}
          value={language}
          options={Object.entries(LANGUAGES) as [Language, string][]}
          onChoose={chooseLanguage}
        />
        <Choice
          label={say("time zone of exact times")}
          value={zoneChosen()}
          options={zones().map((zone) => [zone, zone.replaceAll("_", " ")])}
          onChoose={chooseZone}
        />
        <Choice
          label={say("theme")}
          value={theme}
          options={THEMES.map((one) => [one, THEME_WORDS[one]])}
          onChoose={(next) => {
            chooseTheme(next);
            setTheme(next);
          }}
        />
      </div>
    </Panel>
  );
};
