import { expect, test } from "vitest";
import { extractFrom } from "../file-fixtures.ts";
import { extract } from "./index.ts";

test("packages of CRAN and Bioconductor are found with what they need; those of GitHub are not CRAN's", async () => {
  const lock = {
    Packages: {
      markdown: {
        Package: "markdown",
        Version: "1.0",
        Source: "Repository",
        Repository: "RSPM",
        Requirements: ["mime"],
      },
      mime: { Package: "mime", Version: "0.7", Source: "Repository", Repository: "CRAN", Requirements: [] },
      BSgenome: { Package: "BSgenome", Version: "1.60.0", Source: "Bioconductor" },
      fork: { Package: "fork", Version: "0.1", Source: "GitHub" },
      morning: { Package: "morning", Version: "0.1.0" },
    },
  };
  const { packages } = await extractFrom(extract, { "renv.lock": JSON.stringify(lock) });
  expect(packages).toEqual([
    { component: { ecosystem: "Bioconductor", name: "BSgenome", version: "1.60.0" } },
    { component: { ecosystem: "CRAN", name: "markdown", version: "1.0" }, dependsOn: [2] },
    { component: { ecosystem: "CRAN", name: "mime", version: "0.7" }, dependsOn: [] },
  ]);
});
