import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder } from "../fixtures.ts";
import { orderByDocs } from "./docs.ts";

const binary = (name: string, sizeBytes: number, architecture = "amd64") => ({
  name,
  version: "2",
  source: "jdk",
  sourceVersion: "2",
  architecture,
  sizeBytes,
});

test("the smallest package that may carry a changelog comes first, then those that do, links last", async () => {
  const docs = freshFolder();
  for (const name of ["jdk-headless", "jdk-base"]) {
    mkdirSync(join(docs, name));
    writeFileSync(join(docs, name, "changelog.Debian.gz"), "x");
  }
  const binaries = [binary("tools", 1), binary("jdk-base", 5), binary("jdk-headless", 9)];
  const order = async (all: typeof binaries) =>
    (await orderByDocs({ source: "jdk", version: "2", binaries: all }, docs)).binaries.map((one) => one.name);
  expect(await order(binaries)).toEqual(["tools", "jdk-base", "jdk-headless"]);

  // One installed package links its documentation: the strangers of its kind would too, those for all architectures not.
  symlinkSync("jdk-headless", join(docs, "jdk-jre"));
  const linking = [
    ...binaries.slice(0, 1),
    binary("jdk-jre", 2),
    binary("jdk-doc", 4, "all"),
    binary("jdk-headless", 9),
  ];
  expect(await order(linking)).toEqual(["jdk-doc", "jdk-headless", "tools", "jdk-jre"]);
});
