import { randomUUID } from "node:crypto";
import { AppError, messageOf } from "@zerotrace/core";
import { createSender, type MailConfig, mailServerOf } from "./server.ts";

/** Sends one mail with these settings and nothing else of the server. Throws BAD_CONFIG, and MAIL_UNAVAILABLE with what the server said. */
export const sendTestMail = async (config: MailConfig, address: string): Promise<{ host: string; port: number }> => {
  const server = mailServerOf(config);
  if (server === null) {
    const detail = "No mail server is set: set mailUrl and mailFrom, and see `zerotrace config check`.";
    throw new AppError("BAD_CONFIG", detail, { field: "mailUrl" });
  }
  const sender = createSender(server);
  const text = `This mail was sent by zerotrace mail test. ${server.publicUrl} sends mail.\n`;
  try {
    await sender.send({
      messageId: `<${randomUUID()}@${server.from.split("@")[1]}>`,
      to: { name: "", address },
      fromName: "ZeroTrace",
      subject: "ZeroTrace sends mail",
      text,
      html: `<p>${text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</p>`,
      logo: null,
      choicesUrl: null,
    });
  } catch (cause) {
    throw new AppError("MAIL_UNAVAILABLE", `The mail was not taken: ${messageOf(cause)}.`, { cause });
  } finally {
    sender.close();
  }
  return { host: server.host, port: server.port };
};
