import { AppError, messageOf } from "@zerotrace/core";
import { inflateSync } from "node:zlib";
import type { ExtractFile, ScannedFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { withProgram } from "../program.ts";
import { listOf, parsed, recordOf, wordOf } from "../text-file.ts";

/** Names of the section: ELF and PE, Mach-O. */
const SECTIONS: ReadonlySet<string> = new Set([".dep-v0", "dep-v0", "__dep_v0", ".rust-deps-v0", "rust-deps-v0"]);
/** The packed list, and the list itself (bytes); real ones have some kB. Same as the reference reader's limit. */
const MAX_PACKED_BYTES = 8 * 1024 * 1024;
const MAX_LIST_BYTES = 8 * 1024 * 1024;

/**
 * The crates that `cargo auditable` wrote into a Rust program (github.com/rust-secure-code/cargo-auditable). The program's
 * own crate is kept, for it is what was installed; other crates of its workspace are left out. Build-time crates are dev.
 */
export const extract: ExtractFile = async (file) => {
  const into = gatherPackages(file.path);
  const text = await withProgram(file, async (program) => {
    const section = program.sections.find(({ name }) => SECTIONS.has(name));
    if (section === undefined) return null;
    if (section.sizeBytes > MAX_PACKED_BYTES) throw new Error("its list of crates is too large");
    return inflated(file, await program.read(section, 0, section.sizeBytes));
  });
  if (text === null) return into.finish();
  const packages = listOf(recordOf(parsed(file.path, () => JSON.parse(text)))?.["packages"]).map(recordOf);
  const needed = new Set(
    packages.flatMap((fields) => (fields?.["root"] === true ? listOf(fields["dependencies"]) : [])),
  );
  packages.forEach((fields, index) => {
    if (fields === null) return into.problem(`entry ${index} is no crate`);
    const isRoot = fields["root"] === true;
    if (fields["source"] === "local" && !isRoot) return;
    into.add({
      component: {
        ecosystem: "crates.io",
        name: wordOf(fields["name"]) ?? "",
        version: wordOf(fields["version"]) ?? "",
      },
      key: String(index),
      dependsOn: listOf(fields["dependencies"]).map(String),
      ...(isRoot ? {} : { isDirect: needed.has(index) }),
      isDev: fields["kind"] === "build",
    });
  });
  return into.finish();
};

const inflated = (file: ScannedFile, bytes: Uint8Array): string => {
  try {
    return new TextDecoder().decode(inflateSync(bytes, { maxOutputLength: MAX_LIST_BYTES }));
  } catch (cause) {
    throw new AppError(
      "UNREADABLE",
      `${file.path} has a list of crates that cannot be unpacked: ${messageOf(cause)}.`,
      {
        cause,
      },
    );
  }
};
