export * from "./errors.ts";
export * from "./component/component.ts";
export * from "./version/scheme.ts";
export * from "./advisory/advisory.ts";
export * from "./match/types.ts";
export * from "./schema.ts";
export * from "./version/index.ts";
