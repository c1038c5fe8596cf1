import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
const COLORS_MAX = 256;
/** Bytes of a pixel by the color type of the format: RGB and RGBA. */
const BYTES_OF: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
};

/** What the filter of a line guesses for a byte, from the bytes left, above and above left of it. */
const guess = (filter: number, left: number, up: number, corner: number): number => {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) return 0;
  const p = left + up - corner;
  const [a, b, c] = [Math.abs(p - left), Math.abs(p - up), Math.abs(p - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
};

interface Picture {
  readonly width: number;
  readonly height: number;
  /** 0xRRGGBB of each pixel, line by line. */
  readonly pixels: Uint32Array;
}

const decode = (png: Buffer): Picture => {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const step = BYTES_OF[png[25] ?? 0];
  if (png[24] !== 8 || step === undefined || png[28] !== 0) throw new Error("The picture is not plain RGB of 8 bits.");
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") parts.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const raw = inflateSync(Buffer.concat(parts));
  const line = width * step;
  const pixels = new Uint32Array(width * height);
  let above = new Uint8Array(line);
  for (let y = 0; y < height; y++) {
    const start = y * (line + 1);
    const own = new Uint8Array(line);
    for (let x = 0; x < line; x++) {
      const [left, corner] = x < step ? [0, 0] : [own[x - step] ?? 0, above[x - step] ?? 0];
      own[x] = (raw[start + 1 + x] ?? 0) + guess(raw[start] ?? 0, left, above[x] ?? 0, corner);
    }
    for (let x = 0; x < width; x++) {
      const at = x * step;
      pixels[y * width + x] = ((own[at] ?? 0) << 16) | ((own[at + 1] ?? 0) << 8) | (own[at + 2] ?? 0);
    }
    above = own;
  }
  return { width, height, pixels };
};

/** How far two colors are from each other. */
const far = (a: number, b: number): number =>
  ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2;

/** The same picture with its 256 most frequent colors, every other one as the nearest of them: less than half the bytes. */
export const withFewColors = (png: Buffer): Buffer => {
  const { width, height, pixels } = decode(png);
  const counts = new Map<number, number>();
  for (const color of pixels) counts.set(color, (counts.get(color) ?? 0) + 1);
  const palette = [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, COLORS_MAX)
    .map(([color]) => color);
  const nearest = new Map<number, number>();
  for (const color of counts.keys()) {
    let best = 0;
    for (let i = 1; i < palette.length; i++) if (far(color, palette[i] ?? 0) < far(color, palette[best] ?? 0)) best = i;
    nearest.set(color, best);
  }
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) lines[y * (width + 1) + 1 + x] = nearest.get(pixels[y * width + x] ?? 0) ?? 0;
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", head),
    chunk("PLTE", Buffer.from(palette.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]))),
    chunk("IDAT", deflateSync(lines, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
};
