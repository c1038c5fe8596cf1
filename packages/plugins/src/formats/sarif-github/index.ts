/** SARIF for GitHub's code scanning, which knows no suppressions and would open an alert for each suppressed result. */
export { writeOpen as write } from "../sarif/index.ts";
