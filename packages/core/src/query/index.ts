export * from "./keys.ts";
export * from "./prompt.ts";
export * from "./complete.ts";
