import { useQuery } from "@tanstack/react-query";
import type { Permission } from "@zerotrace/core/schema";
import { queries } from "../api.ts";

/** Whether who is signed in may do this. The server decides in any case; this only spares a button that cannot work. */
export const useMay = (permission: Permission): boolean =>
  useQuery(queries.session()).data?.permissions.includes(permission) ?? false;
