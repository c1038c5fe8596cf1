import type { Words } from "./words.ts";

/** German. */
export const DE: Words = {
  texts: {
    invitation: {
      subject: "{by} lädt Sie zu {company} in ZeroTrace ein",
      opening: "Guten Tag,\n{by} lädt Sie ein, mit {company} in ZeroTrace zu arbeiten, als {role}.",
      closing: "Der Link ist nur für Sie und endet am {until}. Haben Sie ihn nicht erwartet, müssen Sie nichts tun.",
    },
    password_reset: {
      subject: "Neues Passwort für {company} wählen",
      opening:
        "Guten Tag {person},\njemand, der die Personen von {company} verwaltet, hat einen Link erstellt, mit dem Sie ein neues Passwort wählen.",
      closing:
        "Der Link gilt einmal und endet am {until}. Haben Sie nicht darum gebeten, sagen Sie es der Person, die Ihr Konto verwaltet.",
    },
    password_forgotten: {
      subject: "Neues Passwort für {company} wählen",
      opening:
        "Guten Tag {person},\njemand, wahrscheinlich Sie, hat auf der Anmeldeseite um ein neues Passwort gebeten. Mit diesem Link wählen Sie eines; dann enden alle Ihre Sitzungen.",
      closing:
        "Der Link gilt einmal und endet am {until}. Waren Sie es nicht, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.",
    },
    password_elsewhere: {
      subject: "So melden Sie sich bei {company} an",
      opening:
        "Guten Tag {person},\njemand, wahrscheinlich Sie, hat auf der Anmeldeseite um ein neues Passwort gebeten. Bei {company} melden Sie sich ohne Passwort an: Wählen Sie dort „Single Sign-on nutzen“.",
      closing: "Waren Sie es nicht, müssen Sie nichts tun: Es wurde nichts geändert.",
    },
    mention: {
      subject: "{by} hat Sie erwähnt: {company}",
      opening: "Guten Tag {person},\nSie wurden in Kommentaren erwähnt ({count}).",
      closing: "",
    },
    fix_assigned: {
      subject: "Behebungen für Sie: {count} ({company})",
      opening: "Guten Tag {person},\n{by} hat Ihnen Behebungen zugewiesen ({count}).",
      closing: "",
    },
    fixes_due: {
      subject: "Ihre Behebungen: {overdue} überfällig, {count} bald oder schon fällig ({company})",
      opening: "Guten Tag {person},\ndiese Behebungen von Ihnen sind bald fällig oder über ihrem Tag.",
      closing: "",
    },
    decision_waits: {
      subject: "Eine Entscheidung wartet auf Ihre Zustimmung: {company}",
      opening: "Guten Tag {person},\n{by} schlägt vor, was erst gilt, wenn eine zweite Person zustimmt ({count}).",
      closing: "",
    },
  },
  actions: {
    invitation: "Einladung annehmen",
    password_reset: "Neues Passwort wählen",
    password_forgotten: "Neues Passwort wählen",
    password_elsewhere: "Anmelden",
    mention: "Kommentare öffnen",
    fix_assigned: "Ihre Behebungen öffnen",
    fixes_due: "Ihre Behebungen öffnen",
    decision_waits: "Entscheidungen ansehen",
  },
  decisions: {
    accept_risk: "Risiko annehmen",
    false_positive: "falscher Treffer",
    not_affected: "nicht betroffen",
    deferred: "aufgeschoben",
  },
  somebody: "Jemand",
  more: "und {count} weitere",
  closes: "{findings} Befunde auf {assets} Assets",
  to: "auf {version}",
  due: "fällig am {day}",
  overdue: "überfällig seit {day}",
  until: "bis {day}",
  choices: "Sie bekommen diese Mail wegen Ihres Kontos bei {company}. Wählen Sie, welche Mails Sie bekommen:",
  test: "[Probe] ",
  sample: {
    person: "Ann Lee",
    by: "Sam Park",
    role: "analyst",
    comment: "@ann kannst du zuerst auf die Webserver schauen?",
  },
};
