import { useState } from "react";
import { chooseTheme, storedTheme, type Theme, THEMES } from "../../theme/theme.ts";
import { Choice } from "../../ui/field.tsx";
import { Panel } from "../../ui/panel.tsx";
import { chooseLanguage, language, LANGUAGES, type Language } from "../../ui/texts.ts";
import { chooseZone, zoneChosen, zones } from "../../ui/zone.ts";
import { say } from "../../ui/texts.ts";

const THEME_WORDS: Readonly<Record<Theme, string>> = { dark: "dark", light: "light", contrast: say("high contrast") };

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
          onChange={chooseLanguage}
        />
        <Choice
          label={say("time zone of exact times")}
          value={zoneChosen()}
          options={zones().map((zone) => [zone, zone.replaceAll("_", " ")])}
          onChange={chooseZone}
        />
        <Choice
          name="theme"
          label={say("theme")}
          value={theme}
          options={THEMES.map((one) => [one, THEME_WORDS[one]])}
          onChange={(next) => {
            chooseTheme(next);
            setTheme(next);
          }}
        />
      </div>
    </Panel>
  );
};
