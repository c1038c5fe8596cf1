import { expect, test } from "vitest";
import { extractFrom } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const PLUGIN =
  "<?php\n/**\n * Plugin Name: Akismet Anti-spam: Spam Protection\n * Version: 5.3.1\n * License: GPLv2 or later */\n";

test.each([
  ["wp-content/plugins/akismet/akismet.php", PLUGIN, "akismet", "5.3.1"],
  ["wp-content/plugins/hello.php", "<?php /*\nPlugin Name: Hello\nVersion: 1.7.2 beta\n*/", "hello", "1.7.2"],
  [
    "wp-content/themes/twentyten/style.css",
    "/*\r\nTheme Name: Twenty Ten\r\nVersion: 4.1\r\n*/",
    "theme/twentyten",
    "4.1",
  ],
  ["wp-includes/version.php", "<?php\n$wp_version = '6.4.3';\n", "wordpress", "6.4.3"],
  ["wp-content/plugins/no-version/a.php", "/* Plugin Name: x */", "no-version", ""],
])("%s is named by its place and its header", async (path, text, name, version) => {
  const { packages } = await extractFrom(extract, { [path]: text });
  expect(packages.map((found) => found.component)).toEqual([{ ecosystem: "WordPress", name, version }]);
});

test("the license is kept, and a file without a header gives nothing", async () => {
  const path = "wp-content/plugins/akismet/akismet.php";
  expect((await extractFrom(extract, { [path]: PLUGIN })).packages[0]?.license).toBe("GPLv2 or later");
  expect(await extractFrom(extract, { [path]: "<?php echo 1;" })).toEqual({ packages: [], problems: [] });
});
