import { knownGroup } from "./groups.ts";

/** A Maven artifact as an archive names itself. */
export interface Artifact {
  readonly groupId: string;
  readonly artifactId: string;
  readonly version: string;
}

/** An archive that says its name but not its group, or nothing at all. */
export interface Unknown {
  readonly artifactId: string;
  readonly version: string;
}

const ID = /^[A-Za-z0-9_][\w.-]{0,255}$/;
const VERSION = /^\d[\w.+-]{0,127}$/;
const FILE = /^([A-Za-z_][\w.-]*?)-v?(\d[\w.+-]*)\.[a-z]{3,4}$/;

/** The artifact of a pom.properties; null when a field is missing or was never put in. */
export const fromProperties = (properties: ReadonlyMap<string, string>): Artifact | null => {
  const [groupId = "", artifactId = "", version = ""] = ["groupId", "artifactId", "version"].map((key) =>
    properties.get(key),
  );
  return ID.test(groupId) && ID.test(artifactId) && version !== "" && !/[\s${}]/.test(version)
    ? { groupId, artifactId, version }
    : null;
};

/** Whether the file's name is that artifact's: `log4j-core-2.14.1.jar`, `log4j-core.jar`. */
export const isNamed = (artifact: Artifact, fileName: string): boolean => {
  const name = fileName.slice(0, Math.max(0, fileName.lastIndexOf(".")));
  return name === artifact.artifactId || name.startsWith(`${artifact.artifactId}-${artifact.version}`);
};

/**
 * What manifest and file name say of an archive. Attributes that were never put in (`${name}`, `%name`) do not count. The group
 * comes from the ids of vendor or bundle, or is known by the artifact's name.
 */
export const fromManifest = (manifest: ReadonlyMap<string, string>, fileName: string): Artifact | Unknown => {
  const file = FILE.exec(fileName);
  const said = (key: string): string => {
    const value = (manifest.get(key) ?? "").split(";", 1)[0] as string;
    return ID.test(value) ? value : "";
  };
  const nar = { groupId: said("nar-group"), artifactId: said("nar-id"), version: said("nar-version") };
  if (nar.groupId !== "" && nar.artifactId !== "" && nar.version !== "") return nar;
  const symbolic = said("bundle-symbolicname");
  const artifactId = file?.[1] ?? (said("implementation-title") || lastOf(symbolic));
  const version =
    versionOf(versionIn(manifest, "implementation-version"), file?.[2] ?? "") ||
    versionIn(manifest, "bundle-version") ||
    versionIn(manifest, "specification-version");
  const groupId = artifactId === "" ? null : (knownGroup(artifactId) ?? groupOf(said, symbolic, artifactId));
  return groupId === null || version === "" ? { artifactId, version } : { groupId, artifactId, version };
};

const lastOf = (id: string): string => id.slice(id.lastIndexOf(".") + 1);

const versionIn = (manifest: ReadonlyMap<string, string>, key: string): string => {
  const first = (manifest.get(key) ?? "").split(/[\s;]/, 1)[0] as string;
  return VERSION.test(first) ? first : "";
};

/** The file's name is kept up better than the manifest; but it may have a classifier behind the version: `3.1.0-no_aop`. */
const versionOf = (said: string, ofFile: string): string =>
  ofFile === "" || (said !== "" && ofFile.startsWith(`${said}-`)) ? said : ofFile;

const groupOf = (said: (key: string) => string, symbolic: string, artifactId: string): string | null => {
  const vendor = said("implementation-vendor-id");
  if (vendor.includes(".")) return vendor;
  const bundle = symbolic.includes(".") ? symbolic : said("extension-name");
  if (!bundle.includes(".")) return null;
  if (bundle === artifactId) return bundle.slice(0, bundle.lastIndexOf("."));
  // `org.apache.commons.commons-io` ends with the artifact's name; `org.objenesis` is the group of objenesis itself.
  return artifactId.includes("-") && bundle.endsWith(`.${artifactId}`)
    ? bundle.slice(0, -artifactId.length - 1)
    : bundle;
};
