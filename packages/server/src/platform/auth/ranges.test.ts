import { expect, test } from "vitest";
import { isInRanges, normalRange } from "./ranges.ts";

test("an address is a range of one, a range is kept by its network, and nothing else is a range", () => {
  expect(normalRange(" 10.1.2.3/8 ")).toBe("10.0.0.0/8");
  expect(normalRange("192.0.2.7")).toBe("192.0.2.7/32");
  expect(normalRange("2001:db8::1")).toBe("2001:db8::1/128");
  expect(normalRange("2001:db8:1::5/48")).toBe("2001:db8:1::/48");
  for (const wrong of ["", "berlin", "10.0.0.0/33", "10.0.0.0/x", "::/129", "1.2.3.4.5"])
    expect(normalRange(wrong)).toBe(null);
});

test("an address is found in the ranges of its own kind, also in IPv6's clothes", () => {
  const ranges = ["10.0.0.0/8", "2001:db8::/32"];
  for (const ip of ["10.255.0.1", "::ffff:10.1.1.1", "2001:db8::9"]) expect(isInRanges(ip, ranges)).toBe(true);
  for (const ip of ["11.0.0.1", "::ffff:11.1.1.1", "2001:db9::9", "", "x"]) expect(isInRanges(ip, ranges)).toBe(false);
});
