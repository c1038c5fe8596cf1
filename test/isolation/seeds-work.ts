import { marker } from "./world.ts";
import type { Ids, Seeding } from "./seeds.ts";

/** What people did about the finding of the seeded host. */
export const work = async ({ ask, ids }: Seeding): Promise<Ids> => {
  const [commentText, fileName, fileText] = [marker(), marker(), marker()];
  const finding = `/api/v1/findings/${ids["findingId"]}`;
  const comment = await ask("POST", `${finding}/comments`, { text: commentText });
  const file = await ask(
    "POST",
    `${finding}/attachments?name=${fileName}`,
    fileText,
    undefined,
    "application/octet-stream",
  );
  const action = { kind: "state", state: "in_work" };
  const bulk = await ask("POST", "/api/v1/bulk-actions", { ids: [ids["findingId"]], action });
  return { commentText, fileName, fileText, commentId: comment.id, attachmentId: file.id, bulkId: bulk.id };
};
