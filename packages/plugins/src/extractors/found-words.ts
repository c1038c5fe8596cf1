import { purlOf } from "@zerotrace/core";
import type { FoundPackage } from "./file-extractor.ts";

/** The package URL under which it stands in documents; empty where a list gave it none. */
export const purlOfFound = ({ component, purl }: FoundPackage): string => purl ?? purlOf(component);

/** The license that counts: the concluded one where there is one, else the declared one; absent when nobody says. */
export const licenseOfFound = ({ license, concludedLicense }: FoundPackage): string | undefined =>
  concludedLicense ?? license;
