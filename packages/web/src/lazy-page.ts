import { lazyRouteComponent as ofRouter } from "@tanstack/react-router";
import { ApiError } from "@zerotrace/sdk";
import { say } from "./ui/texts.ts";

/** Whether a server stands behind this page now. */
export const isServerThere = async (): Promise<boolean> => {
  try {
    await fetch("/", { method: "HEAD", cache: "no-store" });
    return true;
  } catch {
    return false;
  }
};

/**
 * As the router's own: a page whose code is fetched when it is needed, and which is loaded anew where a newer build took that code away.
 * Where no server answers it fails as a request does, so that the browser's own page of errors does not take the dashboard's place.
 */
export const lazyRouteComponent: typeof ofRouter = (importer, name) =>
  ofRouter(async () => {
    try {
      return await importer();
    } catch (cause) {
      if (await isServerThere()) throw cause;
      throw new ApiError(0, "UNREACHABLE", say("The server cannot be reached"));
    }
  }, name);
