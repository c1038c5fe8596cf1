import { ApiError, type Client } from "@zerotrace/sdk";
import { language } from "./ui/texts.ts";

/** A client whose refusals say what they say as a person on the page reads them, in its language. */
export const inLanguage =
  (ask: Client): Client =>
  async (...asked) => {
    try {
      return await ask(...asked);
    } catch (error) {
      if (error instanceof ApiError) {
        const { placed } = await import("./ui/place.ts");
        if (language === "en") error.message = placed(error.message);
        else {
          const { refusalIn } = await import("./ui/refusal.ts");
          error.message = placed(error.message, (text) => refusalIn(error.code, text));
        }
      }
      throw error;
    }
  };
