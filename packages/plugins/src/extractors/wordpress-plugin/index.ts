import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { textOf } from "../text-file.ts";

/** Bytes of one PHP or CSS file. */
const MAX_SOURCE_BYTES = 16 * 1024 * 1024;
/** WordPress itself reads the header within this part of the file (UTF-16 units). */
const HEADER_CHARS = 8192;

/**
 * WordPress' plugins and themes, by the header of their main file and named by their folder as the directory of plugins names them; themes as
 * `theme/<name>`. WordPress itself is `wordpress`. Other PHP files hold none and give nothing.
 */
export const extract: ExtractFile = async (file, context) => {
  const head = (await textOf(file, context, MAX_SOURCE_BYTES)).slice(0, HEADER_CHARS);
  const into = gatherPackages(file.path);
  const found = file.path.endsWith("wp-includes/version.php") ? core(head) : extension(file.path, head);
  if (found !== null) {
    const { name, version, license } = found;
    into.add({ component: { ecosystem: "WordPress", name, version }, ...(license ? { license } : {}) });
  }
  return into.finish();
};

interface Found {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

const core = (head: string): Found | null => {
  const version = /\$wp_version\s*=\s*['"]([^'"\s]+)['"]/.exec(head)?.[1];
  return version === undefined ? null : { name: "wordpress", version };
};

const PLACE = /(?:^|\/)(?:mu-plugins|plugins|themes)\/([^/]+)/;

const extension = (path: string, head: string): Found | null => {
  const isTheme = path.endsWith("/style.css");
  const folder = PLACE.exec(path)?.[1];
  if (folder === undefined || field(head, isTheme ? "Theme Name" : "Plugin Name") === "") return null;
  const slug = folder.replace(/\.php$/, "");
  const version = field(head, "Version").split(/\s/)[0] ?? "";
  return { name: isTheme ? `theme/${slug}` : slug, version, license: field(head, "License") };
};

/** The text after the field's name, as WordPress' get_file_data reads it; empty when absent. */
const field = (head: string, name: string): string => {
  for (const line of head.split(/[\r\n]+/)) {
    const text = line.replace(/^[ \t/*#@]+/, "");
    if (text.toLowerCase().startsWith(`${name.toLowerCase()}:`)) {
      return (
        text
          .slice(name.length + 1)
          .split(/\*\/|\?>/)[0]
          ?.trim() ?? ""
      );
    }
  }
  return "";
};
