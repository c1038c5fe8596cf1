import type { Recorded, RecordedAnswer } from "../recorded.ts";
import { createMsrcFeed } from "./index.ts";

export const SERVER_2022 = "Windows Server 2022";
export const WINDOWS_11 = "Windows 11 Version 24H2 for x64-based Systems";

/** A product's fix as the API writes it. */
export const fix = (productIds: readonly string[], update: string, build: string, subType = "Security Update") => ({
  Description: { Value: update },
  URL: `https://catalog.update.microsoft.com/v7/site/Search.aspx?q=KB${update}`,
  Supercedence: "5040000",
  ProductID: productIds,
  Type: 2,
  DateSpecified: false,
  AffectedFiles: [],
  RestartRequired: { Value: "Yes" },
  SubType: subType,
  ...(build !== "" && { FixedBuild: build }),
});

/** A weakness as the API writes it. */
export const weakness = (
  cve: string,
  productIds: readonly string[],
  remediations: readonly object[],
  exploited = "No",
) => ({
  Title: { Value: "Windows Kernel Elevation of Privilege Vulnerability" },
  Notes: [{ Title: "Description", Type: 2, Ordinal: "0" }],
  DiscoveryDateSpecified: false,
  CVE: cve,
  CWE: [{ ID: "CWE-416", Value: "Use After Free" }],
  ProductStatuses: [{ ProductID: productIds, Type: 3 }],
  Threats: [
    { Description: { Value: "Elevation of Privilege" }, ProductID: productIds, Type: 0, DateSpecified: false },
    { Description: { Value: "Important" }, ProductID: productIds, Type: 3, DateSpecified: false },
    {
      Description: {
        Value: `Publicly Disclosed:No;Exploited:${exploited};Latest Software Release:Exploitation Detected`,
      },
      Type: 1,
      DateSpecified: false,
    },
  ],
  CVSSScoreSets: [
    {
      BaseScore: 7.8,
      TemporalScore: 6.8,
      Vector: "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:C",
      ProductID: productIds,
    },
  ],
  Remediations: remediations,
  RevisionHistory: [{ Number: "1.0", Date: "2026-01-13T08:00:00", Description: { Value: "Information published." } }],
});

/** A month's document. */
export const month = (id: string, weaknesses: readonly object[]) => ({
  DocumentTitle: { Value: `${id} Security Updates` },
  DocumentTracking: {
    Identification: { ID: { Value: id }, Alias: { Value: id } },
    CurrentReleaseDate: "2026-01-20T08:00:00",
  },
  ProductTree: {
    Branch: [
      {
        Type: 0,
        Name: "Microsoft",
        Items: [
          {
            Type: 1,
            Name: "Windows",
            Items: [
              { ProductID: "11923", Value: SERVER_2022 },
              { ProductID: "12390", Value: WINDOWS_11 },
            ],
          },
        ],
      },
    ],
    FullProductName: [
      { ProductID: "11923", Value: SERVER_2022 },
      { ProductID: "12390", Value: WINDOWS_11 },
      { ProductID: "11762", Value: "Microsoft Exchange Server 2019 Cumulative Update 14" },
      { ProductID: "10753", Value: "Microsoft Office LTSC 2024 for 64-bit editions" },
      { ProductID: "20000", Value: "azl3 kernel 6.6.117.1-1 on Azure Linux 3.0" },
    ],
  },
  Vulnerability: weaknesses,
});

const MONTHS: Readonly<Record<string, string>> = {
  "/cvrf/2026-Jan": JSON.stringify(
    month("2026-Jan", [
      weakness("CVE-2026-0001", ["11923"], [fix(["11923"], "5050001", "10.0.20348.3089")], "Yes"),
      weakness("CVE-2026-0002", ["10753"], [fix(["10753"], "Click to Run", "https://aka.ms/OfficeSecurityReleases")]),
      weakness("ADV260001", ["11923"], []),
    ]),
  ),
  "/cvrf/2025-Dec": JSON.stringify(
    month("2025-Dec", [
      weakness("CVE-2026-0001", ["11923"], [fix(["11923"], "5048000", "10.0.20348.2966")]),
      weakness("CVE-2025-0003", ["12390"], [fix(["12390"], "5048001", "10.0.26100.2605")]),
    ]),
  ),
  "/cvrf/2025-Nov": "<cvrf:cvrfdoc/>",
};

/** The API answers in XML to whom does not ask for JSON. */
const answer: Recorded["answer"] = ({ path, headers }): RecordedAnswer | null => {
  if (headers["accept"] !== "application/json") return { body: '<?xml version="1.0"?><cvrf:cvrfdoc/>' };
  if (MONTHS[path] !== undefined) return { body: MONTHS[path] };
  if (path !== "/updates") return null;
  const listed = (ID: string, day: string) => ({
    ID,
    Alias: ID,
    DocumentTitle: `${ID} Security Updates`,
    Severity: null,
    InitialReleaseDate: `${day}T08:00:00Z`,
    CurrentReleaseDate: `${day}T09:00:00Z`,
    CvrfUrl: `https://api.msrc.microsoft.com/cvrf/v3.0/cvrf/${ID}`,
  });
  const value = [
    listed("2025-Nov", "2025-11-11"),
    listed("2025-Dec", "2025-12-09"),
    listed("2026-Jan", "2026-01-13"),
    listed("2026-Feb", "2026-02-10"),
    { ID: "../../etc" },
  ];
  return { body: JSON.stringify({ "@odata.context": "https://api.msrc.microsoft.com/$metadata#Updates", value }) };
};

/** Three months and one that is not there yet: a CVE in two of them, an advisory, a product without a build, one month in XML. */
export const recorded: Recorded = {
  feed: createMsrcFeed,
  location: (serverUrl) => serverUrl,
  answer,
  expected: { records: ["MSRC-CVE-2025-0003", "MSRC-CVE-2026-0001"], cves: ["CVE-2026-0001"], badCount: 1 },
};
