import { count } from "../../text.ts";
import type { OrgReport } from "../org/orgReport.ts";
import { TRENDS } from "../org/trend.ts";
import { html, type Markup, trusted } from "./markup.ts";
import { trendHtml } from "./trend.ts";

/** What became of each number since the first of the earlier reports, as a small line; null where there is none. */
export function trendTiles({ trend = [] }: Pick<OrgReport, "trend">): Markup | null {
  if (trend.length === 0) return null;
  const keys = Object.keys(TRENDS) as (keyof typeof TRENDS)[];
  const days = `${trend[0]!.at.slice(0, 10)} to ${trend.at(-1)!.at.slice(0, 10)}`;
  return html`<ul class="numbers trends" aria-label="The trend, ${days}">${keys.map((key) => {
    const last = trend.at(-1)![key];
    return html`\n<li><a href="#trend"><strong${last === null ? trusted(' class="unknown"') : null}>${last === null ? "not judged" : count(last)}</strong> <span>${TRENDS[key]}</span> ${trusted(trendHtml(trend.map((point) => point[key] ?? "").join(",")))}</a></li>`;
  })}
</ul>
`;
}
