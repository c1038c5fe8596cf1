import { z } from "zod";
import { AppError, messageOf } from "../errors.ts";
import { widgets } from "./widget.ts";

/** Of the shape of a dashboard in a file. */
export const DASHBOARD_FILE = "zerotrace.dashboard/1";

/** A dashboard in a file: what it shows, and nothing of whose it was. */
const dashboardFile = z.object({ schema: z.literal(DASHBOARD_FILE), name: z.string().trim().min(1).max(60), widgets });
export type DashboardFile = z.output<typeof dashboardFile>;

/** Reads a dashboard that was written to a file. Throws BAD_REQUEST that says where it is none. */
export const parseDashboardFile = (text: string): DashboardFile => {
  try {
    return dashboardFile.parse(JSON.parse(text));
  } catch (thrown) {
    const why = thrown instanceof z.ZodError ? z.prettifyError(thrown).replaceAll(/\s+/g, " ") : messageOf(thrown);
    throw new AppError("BAD_REQUEST", `This is no dashboard of zerotrace dashboards export: ${why}`, { field: "file" });
  }
};
