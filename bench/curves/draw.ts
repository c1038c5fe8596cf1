import { round } from "../measure.ts";
import type { Size } from "./measure-size.ts";

const WIDTH = 720;
const HEIGHT = 260;
/** Mid tones: they can be read on light and on dark ground. */
const LINES = ["#2f9e8f", "#c77d1e", "#8a6fd1"] as const;
const INK = "#808890";

const short = (n: number): string => (n >= 1e6 ? `${n / 1e6}M` : n >= 1000 ? `${n / 1000}k` : String(round(n, 3)));

interface Line {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

/** One chart with both axes in powers of ten, where a straight line with the slope of the guide is linear growth. */
const chart = (left: number, title: string, lines: readonly Line[]): string => {
  const [x0, y0, w, h] = [left + 50, 40, 270, 160];
  const all = lines.flatMap((line) => line.points);
  const span = (pick: 0 | 1): [number, number] => {
    const logs = all.map((point) => Math.log10(point[pick]));
    return [Math.floor(Math.min(...logs) + 1e-9), Math.ceil(Math.max(...logs) - 1e-9)];
  };
  const [xs, ys] = [span(0), span(1)];
  const x = (v: number): number => round(x0 + ((Math.log10(v) - xs[0]) / (xs[1] - xs[0])) * w, 1);
  const y = (v: number): number => round(y0 + h - ((Math.log10(v) - ys[0]) / (ys[1] - ys[0])) * h, 1);
  const ticks = (from: number, to: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
  const grid = [
    ...ticks(...ys).map(
      (v) =>
        `<path d="M${x0} ${y(v)}h${w}" stroke="${INK}" stroke-opacity=".3"/><text x="${x0 - 6}" y="${y(v) + 4}" text-anchor="end">${short(v)}</text>`,
    ),
    ...ticks(...xs).map((v) => `<text x="${x(v)}" y="${y0 + h + 16}" text-anchor="middle">${short(v)}</text>`),
  ];
  const drawn = lines.map(({ name, points }, i) => {
    const color = LINES[i % LINES.length] as string;
    const dots = points.map(([a, b]) => `<circle cx="${x(a)}" cy="${y(b)}" r="3" fill="${color}"/>`).join("");
    const path = points.map(([a, b]) => `${x(a)} ${y(b)}`).join("L");
    const key = `<text x="${x0 + i * 95}" y="${y0 + h + 40}" fill="${color}">${name}</text>`;
    return `<path d="M${path}" fill="none" stroke="${color}" stroke-width="2"/>${dots}${key}`;
  });
  return `<text x="${x0}" y="24" font-weight="bold">${title}</text>${grid.join("")}${drawn.join("")}`;
};

/** The curves as an SVG image. */
export const drawCurves = (sizes: readonly Size[]): string => {
  const time = sizes.map((size): Line => ({
    name: `${short(size.rangeCount)} ranges`,
    points: size.runs.map(({ count, seconds }) => [count, seconds * 1000] as const),
  }));
  const memory: Line[] = [
    { name: "file, MB", points: sizes.map((s) => [s.rangeCount, s.artefactMb] as const) },
    { name: "memory, MB", points: sizes.map((s) => [s.rangeCount, s.openMb] as const) },
    { name: "to open, ms", points: sizes.map((s) => [s.rangeCount, s.openMs] as const) },
  ];
  const charts = chart(0, "ms to judge so many components", time) + chart(360, "cost of so many ranges", memory);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" fill="${INK}">${charts}</svg>\n`;
};

/** The curves as a Markdown table. */
export const tableOf = (sizes: readonly Size[]): string => {
  const head = ["ranges", "built in", "building memory", "file", "opened in", "memory in use"];
  const counts = (sizes[0]?.runs ?? []).map(({ count }) => `${short(count)} components`);
  const rows = sizes.map((s) => [
    short(s.rangeCount),
    `${round(s.buildSeconds, 1)} s`,
    `${round(s.buildMb)} MB`,
    `${round(s.artefactMb, 1)} MB`,
    `${round(s.openMs)} ms`,
    `${round(s.openMb)} MB`,
    ...s.runs.map(({ seconds }) => `${round(seconds * 1000)} ms`),
    `${round(s.timesFaster)}`,
  ]);
  const all = [[...head, ...counts, "times the plain way"], [...head, ...counts, ""].map(() => "---:"), ...rows];
  return all.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
};
