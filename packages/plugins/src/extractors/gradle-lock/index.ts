import type { ExtractFile } from "../file-extractor.ts";
import { openLineOf } from "../cut-off.ts";
import { gatherPackages } from "../gather-packages.ts";
import { textOf } from "../text-file.ts";

/** `group:name:version=configuration,configuration`; before Gradle 6.8 one file for each configuration, without `=`. */
const LOCKED = /^([^\s:=]+):([^\s:=]+):([^\s:=]+)(?:=(.*))?$/;

/**
 * Gradle's lockfiles (docs.gradle.org, dependency locking). What only tests or the build itself use is for development.
 * They name all that was resolved and do not tell what is direct.
 */
export const extract: ExtractFile = async (file, context) => {
  const into = gatherPackages(file.path);
  const base = file.path.slice(file.path.lastIndexOf("/") + 1);
  const text = await textOf(file, context);
  if (isCut(text)) into.problem("it ends in the middle of a line: the file is cut off");
  const lines = text.split("\n");
  for (const [index, raw] of lines.entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith("empty=")) continue;
    const found = LOCKED.exec(line);
    if (found === null) {
      into.problem(`line ${index + 1} locks no module`);
      continue;
    }
    const [, group, name, version = "", said = base] = found;
    const configurations = said.split(",").map((configuration) => configuration.trim());
    into.add({
      component: { ecosystem: "Maven", name: `${group}:${name}`, version },
      isDev: base.startsWith("buildscript-") || configurations.every(isDevelopment),
      line: index + 1,
    });
  }
  return into.finish();
};

/** The last line of what Gradle writes names the configurations that are empty, and each line has its end. */
const isCut = (text: string): boolean => {
  const line = openLineOf(text);
  return line !== null && /^# This is a Gradle generated file/m.test(text) && !line.startsWith("empty=");
};

/** `testRuntimeClasspath`, `debugUnitTestCompileClasspath`; what runs in the compiler is not shipped either. */
const isDevelopment = (configuration: string): boolean =>
  /(?:^test|Test)(?=[A-Z]|$)|(?:^|A)nnotationProcessor$|^kapt|^ksp/.test(configuration.replace(/\.lockfile$/, ""));
