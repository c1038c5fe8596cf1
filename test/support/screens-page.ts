import type { Page } from "playwright-core";
import type { Live } from "./live.ts";
import { VIEWER } from "./screens-work.ts";

/** How much is in the company of a picture. */
export const STATES = ["none", "few", "many"] as const;
export type State = (typeof STATES)[number];

/** Signs in as a person where there is one, else by a link. Throws what the server answers instead. */
export const signIn = async (page: Page, live: Live, state: State): Promise<void> => {
  if (state !== "few") {
    await page.goto(await live.server.createSignInLink());
    await page.waitForURL(`${live.server.url}/`);
    return;
  }
  const answer = await page.request.post(`${live.server.url}/api/v1/sign-in`, {
    data: VIEWER,
    headers: { origin: live.server.url },
  });
  if (answer.status() !== 201) throw new Error(`sign in: ${await answer.text()}`);
};
