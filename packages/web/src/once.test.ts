import { type Client, contract } from "@zerotrace/sdk";
import { expect, test } from "vitest";
import { onceEach } from "./once.ts";

const { addComment, addAttachment, getTimeline } = contract.work;
const ID = { id: "00000000-0000-4000-8000-000000000001" };

const counting = () => {
  const asked: string[] = [];
  const open: (() => void)[] = [];
  const ask = ((route: { path: string }) => {
    asked.push(route.path);
    return new Promise((resolve) => open.push(() => resolve(asked.length)));
  }) as unknown as Client;
  const land = () => open.splice(0).forEach((go) => go());
  return { asked, land, call: onceEach(ask) };
};

test("the same change is made once while it is on its way, and again when it was answered", async () => {
  const { asked, land, call } = counting();
  const say = (text: string) => call(addComment, { params: ID, body: { text } });
  const both = [say("hello"), say("hello")];
  expect(asked).toHaveLength(1);
  land();
  expect(new Set(await Promise.all(both)).size).toBe(1);
  void say("hello");
  void say("another");
  expect(asked).toHaveLength(3);
});

test("files are the same only where they are the same file, and reading is never joined", () => {
  const { asked, call } = counting();
  const [one, other] = [new Blob(["a"]), new Blob(["a"])];
  const add = (body: Blob) => void call(addAttachment, { params: ID, query: { name: "a" }, body });
  add(one);
  add(one);
  add(other);
  expect(asked).toHaveLength(2);
  void call(getTimeline, { params: ID });
  void call(getTimeline, { params: ID });
  expect(asked).toHaveLength(4);
});
