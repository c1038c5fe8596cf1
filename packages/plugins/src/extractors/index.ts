import { apk } from "./apk/index.ts";
import { dpkg } from "./dpkg/index.ts";
import type { Extractor } from "./extractor.ts";
import { npmGlobal } from "./npm-global/index.ts";
import { pythonSite } from "./python-site/index.ts";
import { rpm } from "./rpm/index.ts";

/** Every extractor, sorted by id; one folder each. */
export const EXTRACTORS: readonly Extractor[] = [apk, dpkg, npmGlobal, pythonSite, rpm];
