import type { ServerResponse } from "node:http";
import { afterEach, expect, test } from "vitest";
import { type AskedOfServer, startServer, type TestServer } from "../../targets/image/registry-fixtures.ts";
import type { ConnectorContext, RegistryRules, RegistryTarget } from "../connector.ts";
import { ociRegistry } from "./index.ts";

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const digest = (name: string): string => `sha256:${Buffer.from(name).toString("hex").padEnd(64, "0").slice(0, 64)}`;
const RULES: RegistryRules = {
  repositories: ["**"],
  exceptRepositories: [],
  tags: [],
  exceptTags: [],
  newestTags: 10,
};

interface Shape {
  readonly repositories: Readonly<Record<string, readonly string[]>>;
  readonly catalog?: false;
  readonly password?: string;
  readonly pageItems?: number;
}

const json = (response: ServerResponse, value: unknown, headers: Record<string, string> = {}): void =>
  void response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));

/** A page of a list as registries give it, with the way to the next. */
const paged = (response: ServerResponse, url: URL, field: string, all: readonly string[], items: number): void => {
  const from = all.indexOf(url.searchParams.get("last") ?? "") + 1;
  const some = all.slice(from, from + items);
  const more = from + items < all.length;
  const link = `<${url.pathname}?last=${some.at(-1)}&n=${items}>; rel="next"`;
  json(response, { [field]: some }, more ? { link } : {});
};

const started = async (shape: Shape): Promise<TestServer> => {
  const answer = (asked: AskedOfServer, response: ServerResponse): boolean => {
    const url = new URL(asked.path, "http://x");
    if (shape.password !== undefined) {
      const basic = `Basic ${Buffer.from(`ann:${shape.password}`).toString("base64")}`;
      if (url.pathname === "/token") {
        if (asked.authorization === basic) json(response, { token: "t" });
        else response.writeHead(401).end();
        return true;
      }
      if (asked.authorization !== "Bearer t") {
        const realm = `Bearer realm="http://${servers[0]?.host}/token",service="s"`;
        response.writeHead(401, { "www-authenticate": realm }).end();
        return true;
      }
    }
    if (url.pathname === "/v2/_catalog" && shape.catalog !== false) {
      paged(response, url, "repositories", Object.keys(shape.repositories).sort(), shape.pageItems ?? 1_000);
      return true;
    }
    const [, name = "", what = "", tag = ""] = /^\/v2\/(.+)\/(tags|manifests)\/([^/]+)$/.exec(url.pathname) ?? [];
    const tags = shape.repositories[name];
    if (tags === undefined) return false;
    if (what === "tags") {
      paged(response, url, "tags", tags, shape.pageItems ?? 1_000);
      return true;
    }
    if (asked.method !== "HEAD" || !tags.includes(tag)) return false;
    response.writeHead(200, { "docker-content-digest": digest(`${name}:${tag}`) }).end();
    return true;
  };
  const server = await startServer(answer);
  servers.push(server);
  return server;
};

const context = (more: Partial<ConnectorContext> = {}): ConnectorContext => ({
  fetch,
  credentialsDir: "/nonexistent",
  signIn: "set its user and password",
  signal: new AbortController().signal,
  ...more,
});
const at = ({ host }: TestServer, rules: Partial<RegistryRules> = {}, credential = null): RegistryTarget => ({
  host,
  rules: { ...RULES, ...rules },
  credential,
});

test("a look finds the tags that the rules choose over all pages, with what each is now", async () => {
  const server = await started({
    repositories: { "team/app": ["1.0", "1.1", "latest"], "team/web": ["2"], other: ["x"] },
    pageItems: 2,
  });
  const found = await ociRegistry.look(at(server, { repositories: ["team/*"], newestTags: 2 }), context());
  expect(found).toMatchObject({ isWhole: true, missing: [], problems: [] });
  expect(found.repositories.map(({ repository, chosen }) => [repository, chosen])).toEqual([
    [
      "team/app",
      [
        { tag: "latest", digest: digest("team/app:latest") },
        { tag: "1.1", digest: digest("team/app:1.1") },
      ],
    ],
    ["team/web", [{ tag: "2", digest: digest("team/web:2") }]],
  ]);
  expect([...found.repositories[0]!.tags]).toEqual(["1.0", "1.1", "latest"]);
  const ways = server.asked.map(({ method, path }) => `${method} ${path.replace(/\?.*/, "")}`);
  expect(ways.filter((way) => way.startsWith("GET") && way.includes("manifests"))).toEqual([]);
  expect(found.requestCount).toBe(server.asked.length);
});

test("names need no list of repositories, and a pattern where there is none says what to do", async () => {
  const server = await started({ repositories: { "acme/app": ["1"] }, catalog: false });
  const named = await ociRegistry.look(at(server, { repositories: ["acme/app", "acme/gone"] }), context());
  expect(named).toMatchObject({ missing: ["acme/gone"], repositories: [{ repository: "acme/app" }] });
  expect(named.problems[0]).toMatch(/There is no image .*acme\/gone/);
  await expect(ociRegistry.look(at(server), context())).rejects.toThrow(/name each repository instead of a pattern/);
  await expect(ociRegistry.look(at(server, { repositories: ["../v1"] }), context())).rejects.toMatchObject({
    code: "BAD_REQUEST",
  });
});

test("a credential is used, and one that is refused says how to sign in", async () => {
  const server = await started({ repositories: { "acme/app": ["1"] }, password: "right" });
  const rules = { ...RULES, repositories: ["acme/app"] };
  const asked = (password: string) =>
    ociRegistry.test({ host: server.host, rules, credential: { user: "ann", password } }, context());
  await expect(asked("right")).resolves.toMatchObject({ repositoryCount: 1, says: /acme\/app has 1 tags?/ });
  await expect(asked("wrong")).rejects.toMatchObject({
    code: "UNAUTHENTICATED",
    message: expect.stringContaining("set its user and password"),
  });
  const everything = { host: server.host, rules: RULES, credential: { user: "ann", password: "wrong" } };
  await expect(ociRegistry.look(everything, context())).rejects.toMatchObject({
    code: "UNAUTHENTICATED",
    message: expect.stringMatching(/does not give anything with this credential: set its user/),
  });
});

test("a list that leads in circles, elsewhere or nowhere ends, and hostile names are passed over", async () => {
  const server = await startServer(({ path }, response) => {
    if (!path.includes("tags/list")) return false;
    const link = `<http://169.254.169.254${path}x>; rel="next", </v2/acme/app/tags/list?n=1000>; rel="next"`;
    json(response, { tags: ["../../etc", "a b", 7, "x".repeat(500)] }, { link });
    return true;
  });
  servers.push(server);
  const found = await ociRegistry.look(at(server, { repositories: ["acme/app"] }), context());
  expect(found.repositories).toMatchObject([{ chosen: [] }]);
  expect(server.asked.length).toBeLessThan(4);
  const garbage = await startServer((_, response) => void response.writeHead(200).end("[[["));
  servers.push(garbage);
  await expect(ociRegistry.look(at(garbage, { repositories: ["acme/app"] }), context())).rejects.toMatchObject({
    code: "UNREADABLE",
  });
});

test("a registry that does not answer in time is told as such, within the bound", async () => {
  const server = await startServer(() => undefined);
  servers.push(server);
  for (const rules of [{ repositories: ["a/b"] }, {}]) {
    for (const ask of [ociRegistry.look, ociRegistry.test]) {
      await expect(ask(at(server, rules), context({ timeoutMs: 80 }))).rejects.toMatchObject({
        code: "UNREADABLE",
        message: expect.stringMatching(/took longer than 1 s/),
      });
    }
  }
});

test("a look that is stopped ends with what stopped it", async () => {
  const server = await startServer(() => undefined);
  servers.push(server);
  const stop = new AbortController();
  const looking = ociRegistry.look(at(server, { repositories: ["a/b"] }), context({ signal: stop.signal }));
  setTimeout(() => stop.abort(new Error("stopped")), 50);
  await expect(looking).rejects.toThrow("stopped");
});
