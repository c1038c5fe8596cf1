/**
 * Takes the pictures of the guide: a small company at work, dark, 1440 px wide, into `docs/images`. Fails where a picture is larger
 * than it may be. Build the dashboard first.
 *
 *   npm run screens:docs
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { startBrowser } from "./browser.ts";
import { startLive } from "./live.ts";
import { withFewColors } from "./png.ts";
import { signIn } from "./screens-page.ts";
import { fillFew } from "./screens-fill.ts";

/** Bytes of one picture at most, so that a page of the guide stays light. */
const PICTURE_BYTES_MAX = 150_000;
const SIZE = { width: 1440, height: 900 } as const;

const main = async (): Promise<void> => {
  const live = await startLive({});
  const browser = await startBrowser();
  const faults: string[] = [];
  try {
    const ids = await fillFew(live);
    const pictures: readonly (readonly [string, string])[] = [
      ["overview", "/"],
      ["fixes", "/fixes"],
      ["finding", `/findings/${ids["findings"]}`],
      ["what-changed", "/changes"],
      ["dashboard", `/dashboards/${ids["dashboards"]}`],
      ["board", "/executive"],
      ["decisions", "/decisions"],
      ["components", "/components?q=openssl"],
    ];
    const page = await (await browser.newContext({ viewport: SIZE, reducedMotion: "reduce" })).newPage();
    await signIn(page, live, "few");
    for (const [name, path] of pictures) {
      await page.goto(live.server.url + path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForLoadState("networkidle");
      const file = fileURLToPath(new URL(`../../docs/images/${name}.png`, import.meta.url));
      const picture = withFewColors(await page.screenshot());
      await writeFile(file, picture);
      const size = picture.length;
      process.stdout.write(`${name}.png ${Math.round(size / 1000)} kB\n`);
      if (size > PICTURE_BYTES_MAX) faults.push(`${name}.png has ${size} bytes, more than ${PICTURE_BYTES_MAX}`);
    }
  } finally {
    await browser.close();
    await live.stop();
  }
  process.stdout.write(faults.map((fault) => `${fault}\n`).join(""));
  process.exitCode = faults.length > 0 ? 1 : 0;
};

await main();
