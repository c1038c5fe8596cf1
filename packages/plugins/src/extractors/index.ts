import { apk } from "./apk/index.ts";
import { chisel } from "./chisel/index.ts";
import { cos } from "./cos/index.ts";
import { dpkg } from "./dpkg/index.ts";
import type { Extractor } from "./extractor.ts";
import { flatpak } from "./flatpak/index.ts";
import { homebrew } from "./homebrew/index.ts";
import { nix } from "./nix/index.ts";
import { npmGlobal } from "./npm-global/index.ts";
import { opkg } from "./opkg/index.ts";
import { pacman } from "./pacman/index.ts";
import { portage } from "./portage/index.ts";
import { pythonSite } from "./python-site/index.ts";
import { rpm } from "./rpm/index.ts";
import { snap } from "./snap/index.ts";

/** Every extractor, sorted by id; one folder each. */
export const EXTRACTORS: readonly Extractor[] = [
  apk,
  chisel,
  cos,
  dpkg,
  flatpak,
  homebrew,
  nix,
  npmGlobal,
  opkg,
  pacman,
  portage,
  pythonSite,
  rpm,
  snap,
];
