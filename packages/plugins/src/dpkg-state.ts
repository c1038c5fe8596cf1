/**
 * States in which all files of the version lie on disk. The last four are passed through while apt works; without
 * them a finding would be fixed and reopened. Of a `half-installed` package nobody knows which files there are.
 */
const ON_DISK: ReadonlySet<string> = new Set([
  "installed",
  "unpacked",
  "half-configured",
  "triggers-awaited",
  "triggers-pending",
]);

/**
 * Whether a Status field (want, error flag, state: `hold ok installed`) is that of a package that is on disk. False for
 * text that is none. Source: dpkg(1), "Package states".
 */
export const isOnDisk = (status: string): boolean => ON_DISK.has(status.trim().split(/\s+/)[2] ?? "");
