import { XmlReader } from "@zerotrace/core/xml";
import type { HostFs } from "../../plugin.ts";
import { expand } from "../expand.ts";
import type { Extractor } from "../extractor.ts";
import { gather, type Gathering } from "../gather.ts";

const INSTALLATIONS = ["/var/lib/flatpak", "/root/.local/share/flatpak", "/home/*/.local/share/flatpak"];
/** Bytes of one description; it carries the notes of all releases in all languages. */
const MAX_METAINFO_BYTES = 16 * 1024 * 1024;

/** Flatpak's applications, by the newest release of their description, and its runtimes, by their branch. */
export const flatpak: Extractor = {
  descriptor: {
    id: "flatpak",
    title: "Flatpaks",
    summary: "Installed applications with the release in their AppStream description, and runtimes with their branch",
    source: "flatpak(1), AppStream 1.0",
    version: "1",
  },
  extract: async ({ fs, signal }) => {
    const into = gather("the Flatpak installations");
    let isThere = false;
    for (const pattern of INSTALLATIONS) {
      for (const base of await expand(fs, pattern, into.unread)) {
        signal.throwIfAborted();
        const apps = await listOrNote(fs, `${base}/app`, into);
        const runtimes = await listOrNote(fs, `${base}/runtime`, into);
        isThere ||= apps !== null || runtimes !== null;
        for (const id of apps ?? []) await addApplication(fs, `${base}/app/${id}/current/active/files/share`, id, into);
        for (const id of runtimes ?? []) await addRuntime(fs, `${base}/runtime/${id}`, id, into);
      }
    }
    const extraction = into.finish();
    return isThere || extraction.problems.length > 0 ? extraction : null;
  },
};

const listOrNote = async (fs: HostFs, path: string, into: Gathering): Promise<string[] | null> => {
  try {
    return await fs.list(path);
  } catch (error) {
    into.unread(path, error);
    return null;
  }
};

const addApplication = async (fs: HostFs, share: string, id: string, into: Gathering): Promise<void> => {
  const places = [`metainfo/${id}.metainfo.xml`, `metainfo/${id}.appdata.xml`, `appdata/${id}.appdata.xml`];
  for (const place of places) {
    const path = `${share}/${place}`;
    try {
      const bytes = await fs.read(path, MAX_METAINFO_BYTES);
      if (bytes === null) continue;
      into.add({ ecosystem: "Flatpak", name: id, version: newestRelease(new TextDecoder().decode(bytes)) });
      return;
    } catch (error) {
      into.unread(path, error);
      return;
    }
  }
  into.problem(`${id}: it has no description that tells its release`);
};

/** Releases come newest first; empty when the description names none. Throws Error for what is no XML. */
export const newestRelease = (text: string): string => {
  const open: string[] = [];
  let version = "";
  const reader = new XmlReader({
    open: (name, attributes) => {
      open.push(name);
      if (version === "" && open.join(">").endsWith("component>releases>release"))
        version = attributes.get("version") ?? "";
    },
    text: () => {},
    close: () => void open.pop(),
  });
  reader.push(text);
  reader.finish();
  return version;
};

/** `runtime/<id>/<architecture>/<branch>`. */
const addRuntime = async (fs: HostFs, folder: string, id: string, into: Gathering): Promise<void> => {
  for (const arch of (await listOrNote(fs, folder, into)) ?? []) {
    for (const branch of (await listOrNote(fs, `${folder}/${arch}`, into)) ?? []) {
      into.add({ ecosystem: "Flatpak", name: id, version: branch, arch });
    }
  }
};
