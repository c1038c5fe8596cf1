const SECRET_NAME =
  /(?:^|_)(?:PASSWORD|PASSWD|PASS|PWD|SECRET|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIALS?)(?:_|$)/i;
const SECRET_VALUE =
  /\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{20,}|xox[abpr]-[A-Za-z0-9-]{10,}|glpat-[\w-]{20,}|npm_[A-Za-z0-9]{36}|sk_live_[A-Za-z0-9]{16,})|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----/g;
/** `NAME=value` and `--name=value`, the value in quotes or without spaces. */
const ASSIGNED = /(^|[\s"'|;&(])(?:--)?([A-Za-z][\w-]{1,100})=("[^"]*"|'[^']*'|[^\s"']+)/g;
/** A password within an address. */
const IN_ADDRESS = /(\w:\/\/[^\s/:@]{0,100}:)([^\s/@]{1,200})@/g;
/** Names that look like secrets and hold none. */
const NO_SECRETS: ReadonlySet<string> = new Set(["GPG_KEY", "GPG_KEYS", "PUBLIC_KEY", "KEY_ID", "OLDPWD", "PWD"]);
const NO_SECRET_ENDS = /_(?:FILE|PATH|DIR|URL|VERSION|LENGTH|TTL|EXPIRY|NAME)$/i;
/** Switches: `ALLOW_EMPTY_PASSWORD=yes`. */
const SWITCH = /^(?:yes|no|true|false|on|off|none|null|0|1)$/i;
const HIDDEN = "***";

/** Whether a setting looks like a secret, by its name or its value. */
export const isSecret = (name: string, value: string): boolean =>
  value !== "" && !SWITCH.test(value) && (hasSecret(value) || isSecretName(name));

const hasSecret = (text: string): boolean => text.search(SECRET_VALUE) >= 0 || text.search(IN_ADDRESS) >= 0;

const isSecretName = (name: string): boolean =>
  SECRET_NAME.test(name) && !NO_SECRETS.has(name.toUpperCase()) && !NO_SECRET_ENDS.test(name);

/** A text with its secrets hidden, and the names of these; `a key` and `an address` where they have none. */
export const redacted = (text: string): { readonly text: string; readonly names: readonly string[] } => {
  const names = new Set<string>();
  const shown = text
    .replaceAll(ASSIGNED, (all: string, _before: string, name: string, value: string) => {
      const bare = value.replaceAll(/^["']|["']$/g, "");
      // `$TOKEN` and `${TOKEN}` name a secret that is given elsewhere.
      if (bare.startsWith("$") || SWITCH.test(bare) || !isSecretName(name.replaceAll("-", "_")) || bare === "")
        return all;
      names.add(name);
      return all.slice(0, all.length - value.length) + HIDDEN;
    })
    .replaceAll(IN_ADDRESS, (all: string, before: string, password: string) => {
      if (password.startsWith("$")) return all;
      names.add("an address");
      return `${before}${HIDDEN}@`;
    })
    .replaceAll(SECRET_VALUE, () => {
      names.add("a key");
      return HIDDEN;
    });
  return { text: shown, names: [...names].sort() };
};
