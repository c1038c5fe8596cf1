import { expect, test } from "vitest";
import { startServer } from "../targets/image/registry-fixtures.ts";
import { CONNECTORS } from "./index.ts";

test("connectors are sorted by id, each once", () => {
  const ids = CONNECTORS.map(({ descriptor }) => descriptor.id);
  expect(ids).toEqual([...new Set(ids)].sort());
});

test.each(CONNECTORS.map((connector) => [connector.descriptor.id, connector] as const))(
  "%s refuses a host that answers nothing it knows, in a sentence, within bounds",
  async (_, connector) => {
    const server = await startServer((_asked, response) => void response.writeHead(403).end("no"));
    const rules = { repositories: ["a/b"], exceptRepositories: [], tags: [], exceptTags: [], newestTags: 1 };
    const target = { host: server.host, rules, credential: null };
    const { signal } = new AbortController();
    const context = { fetch, credentialsDir: "/nonexistent", signIn: "sign in so", signal };
    for (const ask of [connector.look, connector.test]) {
      await expect(ask(target, context)).rejects.toMatchObject({ name: "AppError", message: /sign in so/ });
    }
    expect(server.asked.length).toBeLessThan(20);
    await server.close();
  },
);
