import { count } from "../../text.ts";

/** Of the picture, in its own units. */
const WIDTH = 96;
const HEIGHT = 22;
const EDGE = 3;

/** Numbers with commas between them, and nothing where one is missing. */
function parseTrend(text: string): (number | null)[] {
  return text.split(",").map((part) => (part === "" ? null : Number(part)));
}

/** A small picture of numbers over time, with what they became below it. Where one is missing the line has a gap. */
export function trendHtml(text: string): string {
  const numbers = parseTrend(text);
  const known = numbers.filter((number) => number !== null);
  if (known.length === 0) return "";
  const spoken = numbers.map((number) => (number === null ? "not judged" : count(number))).join(", ");
  return `${sparkHtml(numbers, spoken)}<small>${known.length === 1 ? "first" : changeText(known.at(-1)! - known[0]!)}</small>`;
}

/** The picture of a trend of numbers, of which one at least is known. @param spoken for those who do not see it */
export function sparkHtml(numbers: readonly (number | null)[], spoken: string): string {
  return `<svg class="spark" role="img" aria-label="${spoken}" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">${lineHtml(numbers)}</svg>`;
}

/** As in "+12" and "−3". */
export function changeText(by: number): string {
  return by === 0 ? "±0" : `${by > 0 ? "+" : "−"}${count(Math.abs(by))}`;
}

function lineHtml(numbers: readonly (number | null)[]): string {
  const known = numbers.filter((number) => number !== null);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const x = (i: number) =>
    EDGE + (numbers.length === 1 ? 0.5 : i / (numbers.length - 1)) * (WIDTH - 2 * EDGE);
  const y = (number: number) =>
    least === most ? HEIGHT / 2 : HEIGHT - EDGE - ((number - least) / (most - least)) * (HEIGHT - 2 * EDGE);
  const points = numbers.map((number, i) => (number === null ? null : `${round(x(i))},${round(y(number))}`));
  const lines = runsOf(points).map((run) => `<polyline points="${run.join(" ")}"/>`);
  const last = numbers.findLastIndex((number) => number !== null);
  return `${lines.join("")}<circle cx="${round(x(last))}" cy="${round(y(numbers[last]!))}" r="2.5"/>`;
}

/** What stands between gaps; a single point is doubled, so that it is a line and shows as a dot. */
function runsOf(points: readonly (string | null)[]): string[][] {
  const runs: string[][] = [[]];
  for (const point of points) {
    if (point === null) runs.push([]);
    else runs.at(-1)!.push(point);
  }
  return runs.filter((run) => run.length > 0).map((run) => (run.length === 1 ? [run[0]!, run[0]!] : run));
}

export function round(number: number): number {
  return Math.round(number * 10) / 10;
}
