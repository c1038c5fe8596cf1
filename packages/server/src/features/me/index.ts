import type { Endpoint } from "../../platform/http/index.ts";
import type { PeopleDeps } from "../people/index.ts";
import { changeMe, changePassword } from "./me.ts";
import { endMyOtherSessions, endMySession, endSession, listMySessions, listSessions } from "./sessions.ts";

/** The routes of oneself and of open sessions. */
export const meRoutes = (deps: PeopleDeps): Endpoint[] => [
  changeMe(),
  changePassword(deps),
  listMySessions(),
  endMySession(deps),
  endMyOtherSessions(deps),
  listSessions(),
  endSession(deps),
];
