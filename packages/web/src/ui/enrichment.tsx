import type { ReactNode } from "react";
import type { Enrichment } from "../api.ts";

const SSVC_WORDS = {
  exploitation: { none: "no exploitation known", poc: "a proof of concept is public", active: "actively exploited" },
  automatable: { no: "not automatable", yes: "automatable" },
  technicalImpact: { partial: "partial impact", total: "total impact" },
} as const;

const hostOf = (address: string): string => (URL.canParse(address) ? new URL(address).hostname : address);

/** Rows of facts about an advisory's weaknesses, CISA's decision points and known exploits; what no source says has no row. */
export const enrichmentRows = ({ cwes, ssvc, exploits }: Enrichment): (readonly [string, ReactNode])[] => [
  ...(cwes.length === 0
    ? []
    : [
        [
          "Weakness",
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
          "CISA SSVC",
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
          "Exploits",
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
