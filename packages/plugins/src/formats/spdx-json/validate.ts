import { AppError, parseLicense } from "@zerotrace/core";
import { refused, type Json, objectsOf, textOf } from "../sbom-json.ts";
import { compiledSchema, faultsOf, type SbomFault } from "../sbom-schema-check.ts";
import { SBOM_LIMITS } from "../sbom.ts";
import { spdx2Schema } from "./schema.ts";
import { asserted, isSpdx2Version } from "./words.ts";

const COUNT = SBOM_LIMITS.components * 10;

/** Ids are given once, and relationships name elements of the document, other documents or nothing. */
const referenceFaults = (document: Json): SbomFault[] => {
  const faults: SbomFault[] = [];
  const ids = new Set([textOf(document["SPDXID"])]);
  for (const list of ["packages", "files", "snippets"]) {
    for (const [i, one] of objectsOf(document[list], COUNT).entries()) {
      const id = textOf(one["SPDXID"]);
      if (ids.has(id)) faults.push({ place: `/${list}/${i}/SPDXID`, says: `${id} is given twice` });
      ids.add(id);
    }
  }
  const isKnown = (id: string): boolean => ids.has(id) || id.startsWith("DocumentRef-");
  for (const [i, one] of objectsOf(document["relationships"], COUNT).entries()) {
    for (const end of ["spdxElementId", "relatedSpdxElement"]) {
      const id = textOf(one[end]);
      const isNothing = end === "relatedSpdxElement" && asserted(id) === "";
      if (!isKnown(id) && !isNothing)
        faults.push({ place: `/relationships/${i}/${end}`, says: `${id} is not in the document` });
    }
  }
  return faults;
};

const licenseFaults = (document: Json): SbomFault[] => {
  const faults: SbomFault[] = [];
  const seen = new Map<string, string | null>();
  const faultOf = (text: string): string | null => {
    try {
      parseLicense(text);
      return null;
    } catch (error) {
      if (error instanceof AppError) return error.message;
      throw error;
    }
  };
  for (const [i, one] of objectsOf(document["packages"], COUNT).entries()) {
    for (const field of ["licenseDeclared", "licenseConcluded"]) {
      const text = asserted(textOf(one[field]));
      if (text === "") continue;
      const fault = seen.has(text) ? seen.get(text)! : faultOf(text);
      seen.set(text, fault);
      if (fault !== null) faults.push({ place: `/packages/${i}/${field}`, says: fault });
    }
  }
  return faults;
};

/** What is wrong with a document of SPDX 2.2 or 2.3; with `isAll` every fault. */
export const validateSpdx2 = (document: Json, isAll: boolean): SbomFault[] => {
  const version = textOf(document["spdxVersion"]).replace(/^SPDX-/, "");
  if (!isSpdx2Version(version))
    throw refused(`SPDX ${version || "without spdxVersion"} is not read; 2.2, 2.3 and 3.0 are`);
  const validate = compiledSchema(`spdx-${version}`, isAll, () => ({ schema: spdx2Schema(version), others: [] }));
  if (!validate(document)) return faultsOf(validate.errors);
  return [...referenceFaults(document), ...licenseFaults(document)];
};
