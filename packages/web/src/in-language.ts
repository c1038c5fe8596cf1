import { ApiError, type Client } from "@zerotrace/sdk";
import { language } from "./ui/texts.ts";

/** A client whose refusals say what they say in the language of the page. */
export const inLanguage = (ask: Client): Client =>
  language === "en"
    ? ask
    : async (...asked) => {
        try {
          return await ask(...asked);
        } catch (error) {
          if (error instanceof ApiError) {
            const { refusalIn } = await import("./ui/refusal.ts");
            error.message = refusalIn(error.code, error.message);
          }
          throw error;
        }
      };
