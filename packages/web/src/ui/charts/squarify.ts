/** A rectangle in percent of the whole. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** The worst ratio of sides in a row of areas along a side. */
const worst = (areas: readonly number[], side: number): number => {
  const sum = areas.reduce((a, b) => a + b, 0);
  const thick = sum / side;
  return Math.max(...areas.map((area) => Math.max(area / thick / thick, thick / (area / thick))));
};

/**
 * Rectangles of these values (largest first, each > 0) that fill the whole and are as square as may be; `ratio` is width by height of
 * the whole. Same order as the values. Bruls, Huizing, van Wijk: Squarified treemaps.
 */
export const squarify = (values: readonly number[], ratio: number): Box[] => {
  const total = values.reduce((a, b) => a + b, 0);
  if (total <= 0) return [];
  const areas = values.map((value) => (value / total) * ratio);
  const boxes: Box[] = [];
  const push = (x: number, y: number, w: number, h: number): void => {
    boxes.push({ x: (x / ratio) * 100, y: y * 100, w: (w / ratio) * 100, h: h * 100 });
  };
  let [x, y, w, h] = [0, 0, ratio, 1];
  for (let at = 0; at < areas.length;) {
    const side = Math.min(w, h);
    let end = at + 1;
    while (end < areas.length && worst(areas.slice(at, end + 1), side) <= worst(areas.slice(at, end), side)) end += 1;
    const row = areas.slice(at, end);
    const thick = row.reduce((a, b) => a + b, 0) / side;
    let along = 0;
    for (const area of row) {
      const length = area / thick;
      if (w >= h) push(x, y + along, thick, length);
      else push(x + along, y, length, thick);
      along += length;
    }
    if (w >= h) [x, w] = [x + thick, w - thick];
    else [y, h] = [y + thick, h - thick];
    at = end;
  }
  return boxes;
};
