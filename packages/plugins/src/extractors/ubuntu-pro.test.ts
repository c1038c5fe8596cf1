import { expect, test } from "vitest";
import { fakeFs } from "./fixtures.ts";
import { readOsRelease } from "./host-facts.ts";

const RELEASE = 'ID=ubuntu\nVERSION_ID="18.04"\nVERSION="18.04.6 LTS (Bionic Beaver)"';
const STATUS = "/var/lib/ubuntu-advantage/status.json";
const INFRA = "/etc/apt/sources.list.d/ubuntu-esm-infra.list";

const ecosystemWith = async (files: Readonly<Record<string, string>>, release = RELEASE) =>
  (await readOsRelease(fakeFs({ "/etc/os-release": release, ...files }))).ecosystem;

const services = (name: string, status: string) => JSON.stringify({ attached: true, services: [{ name, status }] });

test("a host whose client says that an ESM service is enabled is one of Ubuntu Pro", async () => {
  expect(await ecosystemWith({})).toBe("Ubuntu:18.04:LTS");
  expect(await ecosystemWith({ [STATUS]: services("esm-infra", "enabled") })).toBe("Ubuntu:Pro:18.04:LTS");
  expect(await ecosystemWith({ [STATUS]: services("esm-apps", "enabled") })).toBe("Ubuntu:Pro:18.04:LTS");
  expect(await ecosystemWith({ [STATUS]: services("esm-apps", "disabled") })).toBe("Ubuntu:18.04:LTS");
  expect(await ecosystemWith({ [STATUS]: services("livepatch", "enabled") })).toBe("Ubuntu:18.04:LTS");
});

test("without the client's word apt's sources count, unless they are switched off", async () => {
  const line = "deb https://esm.ubuntu.com/infra/ubuntu bionic-infra-security main";
  const deb822 = "Types: deb\nURIs: https://esm.ubuntu.com/apps/ubuntu\nSuites: noble-apps-security\n";
  const apps = "/etc/apt/sources.list.d/ubuntu-esm-apps.sources";
  expect(await ecosystemWith({ [INFRA]: line })).toBe("Ubuntu:Pro:18.04:LTS");
  expect(await ecosystemWith({ [STATUS]: "{torn", [INFRA]: line })).toBe("Ubuntu:Pro:18.04:LTS");
  expect(await ecosystemWith({ [apps]: deb822 })).toBe("Ubuntu:Pro:18.04:LTS");
  expect(await ecosystemWith({ [INFRA]: `# ${line}` })).toBe("Ubuntu:18.04:LTS");
  expect(await ecosystemWith({ [apps]: `Enabled: no\n${deb822}` })).toBe("Ubuntu:18.04:LTS");
  expect(await ecosystemWith({ [STATUS]: services("esm-infra", "disabled"), [INFRA]: line })).toBe("Ubuntu:18.04:LTS");
});

test("other systems, and hostile files, are as they were", async () => {
  const enabled = { [STATUS]: services("esm-infra", "enabled") };
  expect(await ecosystemWith(enabled, "ID=debian\nVERSION_ID=12")).toBe("Debian:12");
  for (const text of ["null", "[]", '{"services":{}}', '{"services":[null,1,{"name":{}}]}'])
    expect(await ecosystemWith({ [STATUS]: text })).toBe("Ubuntu:18.04:LTS");
});
