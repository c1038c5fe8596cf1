import { BUILT_IN_ROLE_IDS, BUILT_IN_ROLES, PERMISSIONS } from "@zerotrace/core/schema";
import { readFileSync, writeFileSync } from "node:fs";

const PAGE = new URL("../../docs/operate/people-and-roles.md", import.meta.url);
const [BEGIN, END] = ["<!-- roles: npm run docs:coverage -->\n", "<!-- /roles -->"];

/** docs/operate/people-and-roles.md with its table of roles and permissions. Throws when the place of the table is not marked. */
export const rolesPage = (page: string): string => {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from)
    throw new Error(`docs/operate/people-and-roles.md has no ${BEGIN.trim()} with ${END} behind it`);
  const summaries = BUILT_IN_ROLE_IDS.map((id) => `| \`${id}\` | ${BUILT_IN_ROLES[id].summary} |`);
  const holds = (id: (typeof BUILT_IN_ROLE_IDS)[number], permission: (typeof PERMISSIONS)[number]): string =>
    (BUILT_IN_ROLES[id].permissions as readonly string[]).includes(permission) ? "yes" : "";
  const rows = PERMISSIONS.filter((one) => one !== "agents:report").map(
    (permission) => `| \`${permission}\` | ${BUILT_IN_ROLE_IDS.map((id) => holds(id, permission)).join(" | ")} |`,
  );
  const table = [
    "",
    "| role | for whoever |",
    "|---|---|",
    ...summaries,
    "",
    `| permission | ${BUILT_IN_ROLE_IDS.map((id) => `\`${id}\``).join(" | ")} |`,
    `|---|${BUILT_IN_ROLE_IDS.map(() => "---").join("|")}|`,
    ...rows,
    "",
    "",
  ];
  return page.slice(0, from) + BEGIN + table.join("\n") + page.slice(to);
};

/** Writes the table into the page. */
export const writeRolesPage = (): void => writeFileSync(PAGE, rolesPage(readFileSync(PAGE, "utf8")));
