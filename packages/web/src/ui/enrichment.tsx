import type { ReactNode } from "react";
import type { Enrichment } from "../api.ts";
import { say } from "./texts.ts";

const SSVC_WORDS = {
  exploitation: {
    none: say("no exploitation known"),
    poc: say("a proof of concept is public"),
    active: say("actively exploited"),
  },
  automatable: { no: say("not automatable"), yes: say("automatable") },
  technicalImpact: { partial: say("partial impact"), total: say("total impact") },
} as const;

const hostOf = (address: string): string => (URL.canParse(address) ? new URL(address).hostname : address);

/** Rows of facts about an advisory's weaknesses, CISA's decision points and known exploits; what no source says has no row. */
export const enrichmentRows = ({ cwes, ssvc, exploits }: Enrichment): (readonly [string, ReactNode])[] => [
  ...(cwes.length === 0
    ? []
    : [
        [
          say("Weakness"),
          <ul key="w">
            {cwes.map(({ id, name }) => (
              <li key={id}>
                <span className="mono">{id}</span> {name}
              </li>
            ))}
          </ul>,
        ] as const,
      ]),
  ...(ssvc === null
    ? []
    : [
        [
          say("CISA SSVC"),
          [
            SSVC_WORDS.exploitation[ssvc.exploitation],
            SSVC_WORDS.automatable[ssvc.automatable],
            SSVC_WORDS.technicalImpact[ssvc.technicalImpact],
          ].join(", "),
        ] as const,
      ]),
  ...(exploits.length === 0
    ? []
    : [
        [
          say("Exploits"),
          <ul key="x">
            {exploits.map((address) => (
              <li key={address}>
                <a href={address} target="_blank" rel="noreferrer noopener" className="link mono min-w-0">
                  {hostOf(address)}
                </a>
              </li>
            ))}
          </ul>,
        ] as const,
      ]),
];
