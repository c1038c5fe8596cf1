import { expect, test } from "vitest";
import { baseOf, faultsOf, type ImageConfig, parseConfig, stepsOf } from "./config.ts";

const configOf = (more: {
  readonly config?: object;
  readonly history?: readonly object[];
  readonly layerCount?: number;
}): ImageConfig => {
  const { config = { User: "app" }, history = [], layerCount = 1 } = more;
  const rootfs = { diff_ids: Array.from({ length: layerCount }, (_, at) => `sha256:${at}`) };
  return parseConfig(new TextEncoder().encode(JSON.stringify({ config, history, rootfs })));
};

const empty = (created_by: string) => ({ created_by, empty_layer: true });
const step = (created_by: string) => ({ created_by });
/** Secrets of tests, put together here: no tool that looks for real ones should find them. */
const AWS = ["AKIA", "ABCDEFGHIJKLMNOP"].join("");
const GITHUB = `ghp_${"a1".repeat(20)}`;

test("secrets in the environment are told by name, never by value; references, switches and empty ones are none", () => {
  const Env = [
    "DB_PASSWORD=hunter2",
    "STRIPE_SECRET_KEY=correct-horse",
    `HARMLESS=${AWS}`,
    "DATABASE_URL=postgres://app:battery@db/x",
    "TOKEN_URL=https://example.org/token",
    "PASSWORD_FILE=/run/secrets/x",
    "MYSQL_ALLOW_EMPTY_PASSWORD=yes",
    "GPG_KEY=E3FF2839C048B25C084DEBE9B26995E310250568",
    "EMPTY_TOKEN=",
    "PATH=/usr/bin",
  ];
  const [fault, ...others] = faultsOf(configOf({ config: { User: "app", Env } }), []);
  expect(others).toEqual([]);
  expect(fault).toMatchObject({ id: "secret-in-env", severity: "high" });
  expect(fault!.says).toBe(
    "Its environment holds what looks like secrets: DB_PASSWORD, STRIPE_SECRET_KEY, HARMLESS, DATABASE_URL.",
  );
});

test("secrets in the history are told by name, and hidden wherever the step is shown", () => {
  const steps = [
    "RUN |1 NPM_TOKEN=hunter2 /bin/sh -c npm ci # buildkit",
    `RUN /bin/sh -c curl -H "Authorization: ${GITHUB}" https://example.org # buildkit`,
    "RUN git clone https://ci:hunter2@example.org/x.git",
    "RUN login --password=hunter2 --user=me && API_KEY='hunter2 and more' run",
    "RUN make TOKEN=$TOKEN SECRET=${SECRET} PASSWORD=",
  ];
  const config = configOf({ history: steps.map(step), layerCount: steps.length });
  expect(stepsOf(config)).toEqual([
    "RUN npm ci",
    'RUN curl -H "Authorization: ***" https://example.org',
    "RUN git clone https://ci:***@example.org/x.git",
    "RUN login --password=*** --user=me && API_KEY=*** run",
    "RUN make TOKEN=$TOKEN SECRET=${SECRET} PASSWORD=",
  ]);
  const [fault] = faultsOf(config, []);
  expect(fault).toMatchObject({ id: "secret-in-history" });
  expect(fault!.says).toContain("API_KEY, NPM_TOKEN, a key, an address, password");
  expect(JSON.stringify([fault, stepsOf(config)])).not.toMatch(/hunter2|ghp_/);
});

test("an image that runs as root, exposes remote access or has setuid programs is told what to do", () => {
  const ids = (config: object, setuid: readonly string[] = []) =>
    faultsOf(configOf({ config }), setuid).map(({ id }) => id);
  expect(ids({})).toEqual(["root-user"]);
  expect(ids({ User: "0:1000" })).toEqual(["root-user"]);
  expect(ids({ User: "root" })).toEqual(["root-user"]);
  expect(ids({ User: "1000:0" })).toEqual([]);
  expect(ids({ User: "app", ExposedPorts: { "22/tcp": {}, "8080/tcp": {} } })).toEqual(["remote-access-port"]);
  const many = Array.from({ length: 7 }, (_, at) => `/bin/${at}`);
  const [fault] = faultsOf(configOf({}), many);
  expect(fault!.says).toMatch(/\/bin\/0, .*\/bin\/4 and 2 more/);
});

test("the base ends at the last command that layers follow; a label names it", () => {
  const history = [
    step("ADD rootfs.tar / # debian"),
    empty('CMD ["bash"]'),
    step("RUN apt-get install python3"),
    empty('CMD ["python3"]'),
    step("COPY app /app"),
    empty('ENTRYPOINT ["/app"]'),
  ];
  expect(baseOf(configOf({ history, layerCount: 3 }), "Debian 12")).toEqual({ reference: "Debian 12", layerCount: 2 });
  const Labels = { "org.opencontainers.image.base.name": "docker.io/library/python:3.12" };
  expect(baseOf(configOf({ config: { Labels }, history, layerCount: 3 }), "Debian 12")).toEqual({
    reference: "docker.io/library/python:3.12",
    layerCount: 2,
  });
  const own = [step("ADD rootfs.tar /"), empty('/bin/sh -c #(nop)  CMD ["bash"]')];
  expect(baseOf(configOf({ history: own }), "Debian 12")).toBeNull();
  expect(baseOf(configOf({}), "Debian 12")).toBeNull();
});

test("steps are those of layers; a history that does not fit its layers tells none", () => {
  const history = [step("/bin/sh -c #(nop) ADD file:1 in / "), empty("ENV A=1"), step("/bin/sh -c apt-get   update")];
  expect(stepsOf(configOf({ history, layerCount: 2 }))).toEqual(["ADD file:1 in /", "RUN apt-get update"]);
  expect(stepsOf(configOf({ history, layerCount: 3 }))).toEqual(["", "", ""]);
});

test("a configuration that cannot be read is refused with the place", () => {
  const parse = (text: string) => () => parseConfig(new TextEncoder().encode(text));
  expect(parse("{")).toThrow("no JSON");
  expect(parse('{"rootfs":{"diff_ids":[1]}}')).toThrow("rootfs.diff_ids.0");
  expect(parse("{}")).toThrow("rootfs");
});
