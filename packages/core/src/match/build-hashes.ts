import type { AliasGroups } from "./aliases.ts";
import type { BuiltRows } from "./build-rows.ts";
import { createHash } from "./bytes.ts";
import { NONE } from "./layout.ts";
import type { Store } from "./store.ts";

/** Content hash of each package: every text of its rows, its lists, and the names of their groups. */
export const hashPackages = (store: Store, groups: AliasGroups, built: BuiltRows): Uint32Array => {
  const { columns: rows, rowList, byName } = built;
  const names = new Uint32Array(groups.length * 2);
  let at = 0;
  for (const group of groups) {
    const hash = createHash();
    for (const name of [group.id, ...group.aliases]) hash.text(name);
    names.set(hash.pair(), at);
    at += 2;
  }
  const texts = store.strings.hashes();
  const out = new Uint32Array(byName.length * 2);
  for (let rank = 0; rank < byName.length; rank++) {
    const hash = createHash();
    const text = (n: number): void =>
      n === NONE ? hash.add(0) : (hash.add(texts[n * 2]!), hash.add(texts[n * 2 + 1]!));
    for (let row = rows.packageRowOffsets[rank]!; row < rows.packageRowOffsets[rank + 1]!; row++) {
      const record = rows.rowRecord[row]!;
      text(store.records.idText(record));
      for (const column of [rows.rowIntroduced, rows.rowFixed, rows.rowLast, rows.rowUrgency]) text(column[row]!);
      hash.add(rows.rowFlags[row]!);
      const group = rows.recordGroup[record]!;
      hash.add(names[group * 2]!);
      hash.add(names[group * 2 + 1]!);
      if (rowList[row] !== NONE) for (const version of store.lists.of(rowList[row]!)) text(version);
    }
    out.set(hash.pair(), rank * 2);
  }
  return out;
};
