import { expect, test } from "vitest";
import { registryOf } from "./registry-env.ts";

test("Podman's files are looked for where Podman keeps them; a named one is the only one", () => {
  const xdg = { XDG_RUNTIME_DIR: "/run/user/7", XDG_CONFIG_HOME: "/home/a/.config" };
  expect(registryOf(xdg)).toEqual({
    authFiles: ["/run/user/7/containers/auth.json", "/home/a/.config/containers/auth.json"],
  });
  expect(registryOf({ ...xdg, REGISTRY_AUTH_FILE: "/ci/auth.json", DOCKER_CONFIG: "/ci/docker" })).toEqual({
    authFiles: ["/ci/auth.json"],
    dockerConfig: "/ci/docker",
  });
});
