/** Bytes of a status file; a desktop with 4,000 packages has about 6 MB. */
export const MAX_STATUS_BYTES = 64 * 1024 * 1024;
/** Bytes of one file of status.d, which describes one package. */
export const MAX_STATUS_D_BYTES = 1024 * 1024;
export const STATUS = "/var/lib/dpkg/status";
export const STATUS_D = "/var/lib/dpkg/status.d";
