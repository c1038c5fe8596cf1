/**
 * The one spelling under which an ecosystem is stored and looked up. Ubuntu's `:LTS` says nothing about versions, and
 * sources disagree on writing it.
 */
export const canonicalEcosystem = (ecosystem: string): string =>
  ecosystem.startsWith("Ubuntu:") && ecosystem.endsWith(":LTS") ? ecosystem.slice(0, -4) : ecosystem;

/** The ecosystem without its release: `Debian` of `Debian:12`. */
export const baseEcosystem = (ecosystem: string): string => {
  const colon = ecosystem.indexOf(":");
  return colon < 0 ? ecosystem : ecosystem.slice(0, colon);
};

/** Ecosystems whose records speak of a component: its own, and the one without release, which means every release. */
export const applicableEcosystems = (ecosystem: string): readonly string[] => {
  const own = canonicalEcosystem(ecosystem);
  const base = baseEcosystem(own);
  return own === base ? [own] : [own, base];
};
