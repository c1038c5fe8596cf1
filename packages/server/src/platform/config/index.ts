export { describeConfig, type Loaded, type LoadOptions, loadConfig, type Origin } from "./load.ts";
export { CONFIG_KEYS, type Config, type ConfigKey, environmentNames } from "./schema.ts";
export { decryptSetting, encryptSetting, rotateSettings, type SealOptions } from "./seal-file.ts";
