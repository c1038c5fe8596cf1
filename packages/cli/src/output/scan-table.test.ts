import type { ScanReport } from "@zerotrace/plugins/formats/report";
import { expect, test } from "vitest";
import type { Cli } from "../cli.ts";
import { writeTable } from "./scan-table.ts";

const shown = (report: Partial<ScanReport>): string => {
  let text = "";
  const out = { write: (more: string) => (text += more), isTerminal: false, columns: 80 };
  const cli = { out, env: { variables: {} } } as unknown as Cli;
  const none = {
    schema: "zerotrace.scan/1",
    target: "a",
    targets: [],
    components: 0,
    coverage: [],
    findings: [],
  } as const;
  writeTable(cli, { ...none, sources: [], ...report }, [], 30);
  return text;
};

test("an image without components shows its faults and is neither clean nor covered; a base stands on a line of its own", () => {
  const fault = {
    id: "root-user",
    severity: "medium",
    says: "It runs as root.",
    fix: "Add USER.",
    target: "app:1",
  } as const;
  expect(shown({ faults: [fault] })).toBe(
    "No components: what was read lists none\n\nImage:\n  medium: It runs as root. Add USER.\n",
  );
  const base = { reference: "debian:12", riskShare: 0.5 };
  const target = { name: "app:1", kind: "image", os: "", components: 1, places: 1, base } as const;
  expect(shown({ targets: [target] })).toContain("none\n\napp:1 stands on debian:12: 50 % of the risk\n");
});
