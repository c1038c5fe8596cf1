/**
 * Imported before anything that loads zod: it may not compile parsers with `new Function`, which the content security
 * policy forbids and reports.
 */
Reflect.set(globalThis, "__zod_globalConfig", { jitless: true });
