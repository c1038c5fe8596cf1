export { addBit, type Bits, bitsOf, bytesOf, countBits, hasBit, numbersIn, without } from "./bits.ts";
export type { HeldAsset, Holdings } from "./holdings.ts";
export { distinct } from "./packed.ts";
export { differingParts, heldIn, partDigests, partOf, PARTS_AT_ONCE } from "./sql.ts";
export { createHoldingsStore, NO_HOLDINGS, type HoldingsStore } from "./store.ts";
