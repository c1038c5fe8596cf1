import { zstdCompressSync } from "node:zlib";
import { toColumns } from "../../packages/agent/src/columns.ts";
import { digestOf } from "../../packages/plugins/src/index.ts";
import { factsOf, hostComponents } from "./fleet.ts";

/** The whole inventory of a host as its agent would send it, compressed. */
export const bodyOf = (host: number, round: number): { bytes: Buffer; components: number } => {
  let components = 0;
  const sources = [...hostComponents(host, round)].map(([source, list]) => {
    components += list.length;
    return { kind: "full", source, digest: digestOf(list), components: toColumns(list), problems: [] };
  });
  const body = { takenAt: new Date().toISOString(), facts: factsOf(host), sources };
  return { bytes: zstdCompressSync(JSON.stringify(body)), components };
};
