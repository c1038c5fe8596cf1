export { addBit, type Bits, bitsOf, bytesOf, countBits, hasBit, numbersIn, without } from "./bits.ts";
export type { Holdings } from "./holdings.ts";
export { createHoldingsStore, NO_HOLDINGS, type HoldingsStore } from "./store.ts";
