import { expect, test } from "vitest";
import { contextOf, freshFolder, recordingSink, withServer } from "../fixtures.ts";
import { kevFeed } from "./index.ts";

const catalog = {
  dateReleased: "2026-01-02T03:04:05Z",
  vulnerabilities: [{ cveID: "CVE-2024-1234", dateAdded: "2024-05-06" }, { cveID: "nonsense" }, null],
};

test("listed CVEs come with their date; entries that cannot be used are counted", async () => {
  const kept = recordingSink();
  const report = await withServer(
    (_, response) => void response.end(JSON.stringify(catalog)),
    (url) => kevFeed.read(contextOf(), url, kept.sink),
  );
  expect(kept.kev).toEqual([["CVE-2024-1234", "2024-05-06"]]);
  expect(report).toMatchObject({ recordCount: 1, badCount: 2, dataAt: "2026-01-02T03:04:05.000Z" });
});

test("a location without it is nothing of this feed; another file in its place is refused", async () => {
  const { sink } = recordingSink();
  expect(await kevFeed.read(contextOf(), freshFolder(), sink)).toBeNull();
  await withServer(
    (request, response) =>
      void (request.url === "/none/kev/known_exploited_vulnerabilities.json"
        ? response.writeHead(404).end()
        : response.end("<html>")),
    async (url) => {
      expect(await kevFeed.read(contextOf(), `${url}/none`, sink)).toBeNull();
      await expect(kevFeed.read(contextOf(), url, sink)).rejects.toMatchObject({ code: "BAD_FEED" });
    },
  );
});
