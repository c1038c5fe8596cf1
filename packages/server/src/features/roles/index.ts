export { permissionsOfRole, standingOf } from "./standing.ts";
