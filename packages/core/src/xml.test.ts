import { expect, test } from "vitest";
import { XML_LIMITS, XmlReader } from "./xml.ts";

function read(text: string, pieceChars = text.length || 1, limits = XML_LIMITS): string[] {
  const told: string[] = [];
  const reader = new XmlReader(
    {
      open: (name, attributes) => void told.push(`<${name}${[...attributes].map(([k, v]) => ` ${k}=[${v}]`).join("")}`),
      text: (piece) => {
        if (told.at(-1)?.startsWith("'")) told[told.length - 1] += piece;
        else told.push(`'${piece}`);
      },
      close: (name) => void told.push(`/${name}`),
    },
    limits,
  );
  for (let at = 0; at < text.length; at += pieceChars) reader.push(text.slice(at, at + pieceChars));
  reader.finish();
  return told.filter((one) => !/^'\s*$/.test(one));
}

const DOCUMENT = `<?xml version="1.0" encoding="UTF-8"?>
<!-- <a> & -->
<a x='1 > 0' y="&quot;&#65;&#x42;&other;">
  one &amp; &lt;two&gt; &unknown; &#99999999;<b/><![CDATA[<c> &amp; ]] ]]>
  <ns:d e = "f" ></ns:d>
</a>
`;

test("elements, attributes and text come out the same however the text is cut", () => {
  const whole = read(DOCUMENT);
  expect(whole).toEqual([
    '<a x=[1 > 0] y=["AB&other;]',
    "'\n  one & <two> &unknown; &#99999999;",
    "<b",
    "/b",
    "'<c> &amp; ]] \n  ",
    "<ns:d e=[f]",
    "/ns:d",
    "/a",
  ]);
  for (const size of [1, 2, 3, 5, 7, 11]) expect(read(DOCUMENT, size)).toEqual(whole);
});

test("what is no well-formed document is refused, and so is a document type", () => {
  for (const text of [
    "",
    "text",
    "<a>",
    "<a></b>",
    "</a>",
    "<a/><b/>",
    "<a/>text",
    "<a b></a>",
    '<a b="<"/>',
    "<a b=c/>",
    "< a/>",
    "<a><!-- open</a>",
    '<!DOCTYPE a [<!ENTITY b "c">]><a/>',
    "<a><!ELEMENT b></a>",
  ]) {
    expect(() => read(text), text).toThrow();
    expect(() => read(text, 1), text).toThrow();
  }
});

test("depth, tags and their length are bounded, in time that grows with the text", () => {
  const limits = { maxDepth: 3, maxTagChars: 100, maxTags: 6 };
  expect(() => read("<a><b><c><d/></c></b></a>", 5, limits)).toThrow("nested deeper");
  expect(() => read(`<a b="${"x".repeat(200)}"/>`, 50, limits)).toThrow("too long");
  expect(() => read(`<a ${"<".repeat(100)}`, 7, limits)).toThrow();
  expect(() => read("<a><b/><b/><b/><b/><b/><b/></a>", 5, limits)).toThrow("more than 6");
  const startedAt = performance.now();
  expect(read(`<a>${"&".repeat(1_000_000)}</a>`, 65_536).at(-1)).toBe("/a");
  expect(() => read(`<a ${" ".repeat(60_000)}`, 4096)).toThrow();
  expect(() => read(`<a>${'<b c="'.repeat(500_000)}`, 65_536)).toThrow();
  expect(performance.now() - startedAt).toBeLessThan(3000);
});
