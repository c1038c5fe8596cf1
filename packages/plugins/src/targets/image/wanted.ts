import { type Chooser, chooserOf, MIN_PROGRAM_BYTES } from "../choose.ts";
import { INSTALLED_READERS } from "../root.ts";

/** Files that the readers of package databases look at, and what tells the system; the beginnings of paths. */
const SYSTEM_FILES = [
  "etc/apk/",
  "etc/cos-package-info.json",
  "etc/hostname",
  "etc/lsb-release",
  "etc/os-release",
  "lib/apk/db/",
  "usr/lib/apk/db/",
  "usr/lib/opkg/",
  "usr/lib/os-release",
  "usr/lib/sysimage/rpm/",
  "usr/share/rpm/",
  "var/db/pkg/",
  "var/lib/chisel/",
  "var/lib/dpkg/",
  "var/lib/flatpak/",
  "var/lib/opkg/",
  "var/lib/pacman/local/",
  "var/lib/rpm/",
  "var/lib/ubuntu-advantage/status.json",
];
/** The databases among them: a layer that changes one of these installed or removed something. */
const DATABASES = [
  "lib/apk/db/installed",
  "usr/lib/apk/db/installed",
  "usr/lib/sysimage/rpm/",
  "usr/share/rpm/",
  "var/db/pkg/",
  "var/lib/dpkg/status",
  "var/lib/pacman/local/",
  "var/lib/rpm/",
];
const EXECUTABLE = 0o111;

export type Wanted = "yes" | "program" | "no";

/** Whether the bytes of a file of an image matter; `program` when its first bytes decide. */
export const wantedIn = (chooser: Chooser = chooserOf(INSTALLED_READERS)) => {
  return (path: string, mode: number, sizeBytes: number): Wanted => {
    if (isSystemFile(path)) return "yes";
    if (chooser.of(path, path.slice(path.lastIndexOf("/") + 1)).length > 0) return "yes";
    return (mode & EXECUTABLE) !== 0 && sizeBytes >= MIN_PROGRAM_BYTES ? "program" : "no";
  };
};

/** Whether a package database or what belongs to it. */
export const isSystemFile = (path: string): boolean => SYSTEM_FILES.some((start) => path.startsWith(start));

/** Whether a change of this file means that packages came or went. */
export const isDatabase = (path: string): boolean => DATABASES.some((start) => path.startsWith(start));
