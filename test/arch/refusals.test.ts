import { expect, test } from "vitest";
import { z } from "zod";
import { AppError } from "@zerotrace/core";
import { route } from "@zerotrace/core/schema";
import { parseInput } from "../../packages/server/src/platform/http/input.ts";
import german from "../../packages/web/src/texts/de.json" with { type: "json" };
import { REFUSALS } from "../../packages/web/src/ui/refusals.ts";
import { SENTENCES } from "../../packages/web/src/ui/sentences.ts";
import { tellerOf } from "../../packages/web/src/ui/teller.ts";
import { refusalsOfServer } from "../support/texts/refusals.ts";

const catalog: Readonly<Record<string, string>> = german;
const told = tellerOf(
  [...REFUSALS, ...SENTENCES],
  (text, values = {}) => (catalog[text] ?? text).replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? ""),
  "de",
);

test("every sentence with which the server refuses what a page asks for is in the catalog: after a change, npm run texts", () => {
  expect(refusalsOfServer()).toEqual(REFUSALS);
});

/** Each sentence with something in its places, as the server says it. */
const sampleOf = (text: string): string =>
  text.replaceAll(/\{(\w+)\}/g, (_, name: string) => (/^n\d?$/.test(name) ? "12" : "zt-1"));

test("each refusal with values in its places is told by its own pattern in German", () => {
  const germanOf = (text: string): string => sampleOf(catalog[text] ?? text);
  const others = REFUSALS.filter((text) => told(sampleOf(text)) !== germanOf(text));
  expect(others).toEqual([]);
});

const body = z.object({
  name: z.string().min(3).max(5),
  list: z.array(z.string()).max(1).optional(),
  count: z.number().min(2).max(4).optional(),
  email: z.email().optional(),
  id: z.uuid().optional(),
});
const asked = route({ method: "POST", path: "/x", summary: "x", permission: "public", body });

test("what is not right about a value is told in German", () => {
  const bodies = [
    {},
    { name: "a" },
    { name: "abcdefgh" },
    { name: "abc", list: ["a", "b"] },
    { name: "abc", count: 1 },
    { name: "abc", count: 9 },
    { name: "abc", email: "x" },
    { name: "abc", id: "x" },
  ];
  const said = bodies.map((one) => {
    try {
      parseInput(asked, { params: {}, query: {}, body: one });
    } catch (error) {
      if (error instanceof AppError) return told(error.message);
    }
    return "nothing";
  });
  expect(said).toEqual(
    [
      ["name", "Es fehlt"],
      ["name", "Mindestens 3 Zeichen"],
      ["name", "Höchstens 5 Zeichen"],
      ["list", "Höchstens 1 Eintrag"],
      ["count", "Mindestens 2"],
      ["count", "Höchstens 4"],
      ["email", "Ungültige E-Mail-Adresse"],
      ["id", "Ungültige Kennung (UUID)"],
    ].map(([name, what]) => `${name} (Inhalt): ${what}. Berichtigen Sie das, und senden Sie es noch einmal.`),
  );
});
