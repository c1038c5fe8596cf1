import { AppError } from "@zerotrace/core";
import { once } from "node:events";
import { createServer } from "node:net";

/** Why the port could not be opened, as what to change; anything else as it is. */
export const refusedAddress = (cause: NodeJS.ErrnoException, host: string, port: number): Error => {
  const { code = "" } = cause;
  if (code === "EADDRINUSE") {
    const mend = "choose another with --port";
    return new AppError("PORT_BUSY", `Port ${port} on ${host} is in use: ${mend}.`, { field: "port", cause });
  }
  if (code === "EACCES") {
    const mend = "choose one from 1024 on with --port";
    return new AppError("BAD_CONFIG", `Port ${port} needs rights that this user lacks: ${mend}.`, {
      field: "port",
      cause,
    });
  }
  if (["ENOTFOUND", "EAI_AGAIN", "EADDRNOTAVAIL", "EINVAL"].includes(code)) {
    const mend = "choose one with --host, such as 127.0.0.1 or 0.0.0.0";
    return new AppError("BAD_CONFIG", `${host} is no address of this machine: ${mend}.`, { field: "host", cause });
  }
  return cause;
};

/**
 * Opens the port and closes it again, so that a start which would be refused leaves nothing behind. Throws PORT_BUSY when it is
 * taken, BAD_CONFIG for an address that cannot be.
 */
export const assertListenable = async ({ host, port }: { host: string; port: number }): Promise<void> => {
  const probe = createServer();
  try {
    probe.listen({ host, port });
    await once(probe, "listening");
  } catch (cause) {
    throw refusedAddress(cause as NodeJS.ErrnoException, host, port);
  } finally {
    probe.close();
  }
};
