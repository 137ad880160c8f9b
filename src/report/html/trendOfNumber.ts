import { count } from "../../text.ts";
import type { OrgReport } from "../org/orgReport.ts";
import type { TRENDS } from "../org/trend.ts";
import { html, type Markup, trusted } from "./markup.ts";
import { changeText, sparkHtml } from "./trend.ts";

/** How a number has changed since earlier reports: a small line and, where both ends were judged, the difference. Null where there is no earlier one. */
export function trendOfNumber(
  { trend = [] }: Pick<OrgReport, "trend">,
  key: keyof typeof TRENDS,
): Markup | null {
  const numbers = trend.map((point) => point[key]);
  if (numbers.every((number) => number === null)) return null;
  const said = numbers.map((number) => (number === null ? "not judged" : count(number)));
  const [first, last] = [numbers[0]!, numbers.at(-1)!];
  const change =
    first === null || last === null ? null : `${changeText(last - first)} since ${trend[0]!.at.slice(0, 10)}`;
  return html`${trusted(sparkHtml(numbers, `Earlier reports: ${said.slice(0, -1).join(", ")}`))}${change === null ? null : html`<small>${change}</small>`}`;
}
