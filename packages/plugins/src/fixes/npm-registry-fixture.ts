import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

/** Packages of a registry by name and version, with what each needs. */
export type Packages = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;

const tarball = (name: string, text: string): Buffer => {
  const body = Buffer.from(text);
  const head = Buffer.alloc(512);
  head.write(name, 0);
  head.write("0000644\0", 100);
  head.write("0000000\0", 108);
  head.write("0000000\0", 116);
  head.write(`${body.length.toString(8).padStart(11, "0")}\0`, 124);
  head.write("00000000000\0", 136);
  head.fill(" ", 148, 156);
  head.write("0", 156);
  head.write("ustar\u000000", 257);
  head.write(
    `${[...head]
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
  );
  return gzipSync(Buffer.concat([head, body, Buffer.alloc((512 - (body.length % 512)) % 512), Buffer.alloc(1024)]));
};

/** A registry as npm speaks with it, with tiny packages of our own. For tests. */
export const npmRegistry = async (packages: Packages): Promise<{ readonly url: string; readonly server: Server }> => {
  const tarballs = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "");
    const tar = tarballs.get(path);
    const versions = packages[path.slice(1)];
    if (versions === undefined) {
      response.writeHead(tar === undefined ? 404 : 200).end(tar);
      return;
    }
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const name = path.slice(1);
    const all = Object.entries(versions).map(([version, dependencies]) => {
      const file = tarballs.get(`/${name}/-/${version}.tgz`) ?? Buffer.alloc(0);
      const integrity = `sha512-${createHash("sha512").update(file).digest("base64")}`;
      return [
        version,
        { name, version, dependencies, dist: { tarball: `${base}/${name}/-/${version}.tgz`, integrity } },
      ] as const;
    });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ name, "dist-tags": { latest: all.at(-1)?.[0] }, versions: Object.fromEntries(all) }));
  });
  for (const [name, versions] of Object.entries(packages)) {
    for (const [version, dependencies] of Object.entries(versions)) {
      const manifest = JSON.stringify({ name, version, dependencies });
      tarballs.set(`/${name}/-/${version}.tgz`, tarball("package/package.json", manifest));
    }
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
};
