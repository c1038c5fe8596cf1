import { expect, test } from "vitest";
import { alternativesOf, fixCommands } from "./commands.ts";
import { mayStand, psWord, shWord } from "./quote.ts";

const of = (ecosystem: string, name: string, fixedIn: string | null, installed: string[] = []) =>
  fixCommands({ ecosystem, name, fixedIn, installed });
const first = (ecosystem: string, name: string, fixedIn: string) => of(ecosystem, name, fixedIn)[0]?.text;

test("each system and language gets the command of its own package manager", () => {
  expect(of("Debian:13", "openssl", "3.0.17-1", ["libssl3", "openssl"])[0]?.text).toBe(
    "sudo apt-get update && sudo apt-get install --only-upgrade libssl3 openssl",
  );
  expect(first("Ubuntu:24.04", "gtk+2.0", "2.1")).toContain(String.raw`'?source-package(^gtk\+2\.0$)'`);
  expect(first("Alpine:v3.20", "busybox", "1.36.1-r30")).toBe("apk update && apk add --upgrade busybox");
  expect(first("Rocky Linux:9", "bash", "5.1.8-9.el9")).toBe("sudo dnf upgrade --refresh bash");
  expect(first("SUSE:Linux Enterprise Server 15 SP5", "curl", "8.0")).toContain("zypper update curl");
  expect(first("Arch Linux", "zlib", "1.3")).toBe("sudo pacman -Syu");
  expect(first("npm", "@babel/core", "7.24.0")).toBe("npm install @babel/core@7.24.0");
  expect(first("PyPI", "jinja2", "3.1.6")).toBe("python3 -m pip install --upgrade 'jinja2>=3.1.6'");
  expect(first("Go", "golang.org/x/net", "0.38.0")).toBe("go get golang.org/x/net@v0.38.0 && go mod tidy");
  expect(first("Go", "stdlib", "1.24.2")).toBe("go get go@1.24.2 && go mod tidy");
  expect(first("Maven", "org.yaml:snakeyaml", "2.0")).toContain("-Dincludes=org.yaml:snakeyaml -DdepVersion=2.0");
  expect(first("crates.io", "rustls", "0.23.5")).toBe("cargo update --package rustls --precise 0.23.5");
  expect(of("RubyGems", "rack", "3.0.1").map(({ id }) => id)).toEqual(["bundler", "gem", "ansible"]);
  expect(first("Packagist", "symfony/http-kernel", "6.4.1")).toContain(
    "composer require 'symfony/http-kernel:>=6.4.1'",
  );
  expect(first("NuGet", "Newtonsoft.Json", "13.0.1")).toBe("dotnet add package Newtonsoft.Json --version 13.0.1");
});

test("systems have an Ansible task and the way of images, languages PowerShell where its words differ", () => {
  expect(of("Debian:13", "zip", "3.1", ["zip"]).map(({ id }) => id)).toEqual(["apt", "ansible", "image"]);
  expect(of("Red Hat:enterprise_linux:9", "zip", "3.1").map(({ id }) => id)).toEqual([
    "dnf",
    "yum",
    "ansible",
    "image",
  ]);
  expect(of("PyPI", "jinja2", "3.1.6").find(({ id }) => id === "powershell")?.text).toBe(
    "py -m pip install --upgrade 'jinja2>=3.1.6'",
  );
  expect(of("Debian:13", "zip", "3.1", ["zip"])[1]?.text).toBe(
    '- name: "Upgrade zip to 3.1 or later"\n  become: true\n  ansible.builtin.apt:\n    name: ["zip"]\n    state: latest\n' +
      "    only_upgrade: true\n    update_cache: true",
  );
});

test("no name becomes an option, another command or a path; where none can be made there is none", () => {
  for (const name of ["-rf", "a b", "a\nb", "../x", "", "a\u0007", "x".repeat(301)])
    expect(of("npm", name, "1")).toEqual([]);
  expect(of("npm", "ok", "1\n; rm -rf /")).toEqual([]);
  expect(of("Debian:13", "ok", "1", ["a;b", "--option"])).toEqual([]);
  expect(first("npm", "a;reboot", "1")).toBe("npm install 'a;reboot@1'");
  expect(first("npm", "a'$(id)'", "1")).toBe(String.raw`npm install 'a'\''$(id)'\''@1'`);
  expect(of("Debian:13", "openssl", null)).toEqual([]);
  expect(of("Nowhere", "x", "1")).toEqual([]);
});

test("words are quoted by the rules of each shell", () => {
  expect([shWord("a.b-c"), shWord("a b"), shWord("it's")]).toEqual(["a.b-c", "'a b'", String.raw`'it'\''s'`]);
  expect([psWord("$x"), psWord("it's"), psWord("a\u2019b")]).toEqual(["'$x'", "'it''s'", "'a\u2019\u2019b'"]);
  expect([mayStand("@scope/x"), mayStand("--x")]).toEqual([true, false]);
});

test("where no fixed version exists something can still be done", () => {
  expect(alternativesOf({ ecosystem: "Debian:12", name: "jq" })[0]).toContain("Remove jq");
  expect(alternativesOf({ ecosystem: "npm", name: "left" })[0]).toContain("Replace left");
});
