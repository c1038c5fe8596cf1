import type { HostFs } from "../../plugin.ts";
import { recordOf, wordOf } from "../text-file.ts";
import type { Extractor } from "../extractor.ts";
import { gather, type Gathering } from "../gather.ts";

/** Apple silicon, Intel, Linux. */
const PREFIXES = ["/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew"];
/** Bytes of one receipt. */
const MAX_RECEIPT_BYTES = 4 * 1024 * 1024;
/** The taps of Homebrew itself need no name. */
const OWN_TAPS: ReadonlySet<string> = new Set(["homebrew/core", "homebrew/cask"]);

/** Homebrew's formulae and casks. */
export const homebrew: Extractor = {
  descriptor: {
    id: "homebrew",
    title: "Homebrew",
    summary: "Installed formulae and casks with every version that is kept, and the tap where it is not Homebrew's own",
    source: "docs.brew.sh, Formula Cookbook",
    version: "1",
  },
  extract: async ({ fs, signal }) => {
    const into = gather("Homebrew's folders");
    let isThere = false;
    for (const prefix of PREFIXES) {
      for (const [kind, receipt] of [
        ["Cellar", formulaReceipt],
        ["Caskroom", caskReceipt],
      ] as const) {
        const names = await listOrNote(fs, `${prefix}/${kind}`, into);
        isThere ||= names !== null;
        for (const name of names ?? []) {
          signal.throwIfAborted();
          await addVersions(fs, `${prefix}/${kind}/${name}`, name, receipt, into);
        }
      }
    }
    const extraction = into.finish();
    return isThere || extraction.problems.length > 0 ? extraction : null;
  },
};

const formulaReceipt = (folder: string, version: string): string => `${folder}/${version}/INSTALL_RECEIPT.json`;
const caskReceipt = (folder: string): string => `${folder}/.metadata/INSTALL_RECEIPT.json`;

const listOrNote = async (fs: HostFs, path: string, into: Gathering): Promise<string[] | null> => {
  try {
    return await fs.list(path);
  } catch (error) {
    into.unread(path, error);
    return null;
  }
};

const addVersions = async (
  fs: HostFs,
  folder: string,
  name: string,
  receiptOf: (folder: string, version: string) => string,
  into: Gathering,
): Promise<void> => {
  for (const version of (await listOrNote(fs, folder, into)) ?? []) {
    if (version.startsWith(".") || version === "INSTALL_RECEIPT.json") continue;
    const path = receiptOf(folder, version);
    try {
      const bytes = await fs.read(path, MAX_RECEIPT_BYTES);
      const tap = bytes === null ? "" : tapIn(new TextDecoder().decode(bytes));
      const full = tap === "" || OWN_TAPS.has(tap) ? name : `${tap}/${name}`;
      into.add({ ecosystem: "Homebrew", name: full.toLowerCase(), version });
    } catch (error) {
      into.unread(path, error);
    }
  }
};

/** The repository of formulae that it came from; empty when the receipt does not tell. Throws for what is no JSON. */
const tapIn = (text: string): string => wordOf(recordOf(recordOf(JSON.parse(text))?.["source"])?.["tap"]) ?? "";
