import { type AdvisoryRecord, parseOsvRecord } from "@zerotrace/core";

const HEAD_BYTES = 19;
const DOC_FIELD = 4;

/** The records of a `records.copy` file (PostgreSQL's binary COPY), in its order. */
export const readRecords = (copy: Buffer): AdvisoryRecord[] => {
  const records: AdvisoryRecord[] = [];
  let at = HEAD_BYTES;
  for (;;) {
    const fieldCount = copy.readInt16BE(at);
    at += 2;
    if (fieldCount < 0) return records;
    for (let field = 0; field < fieldCount; field += 1) {
      const sizeBytes = copy.readInt32BE(at);
      at += 4;
      if (field === DOC_FIELD) records.push(parseOsvRecord(JSON.parse(copy.toString("utf8", at, at + sizeBytes))));
      at += Math.max(0, sizeBytes);
    }
  }
};
