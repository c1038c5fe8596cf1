/** The version of everything that is shipped together. */
export const VERSION = "0.1.0";
