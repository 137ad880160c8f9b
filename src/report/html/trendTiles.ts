import type { OrgReport } from "../org/orgReport.ts";
import { TRENDS } from "../org/trend.ts";
import { html, type Markup, trusted } from "./markup.ts";
import { trendHtml } from "./trend.ts";
import { bigNumber } from "./verdict.ts";

/** What became of each number since the first of the earlier reports, as a small line; null where there is none. */
export function trendTiles({ trend = [] }: Pick<OrgReport, "trend">): Markup | null {
  if (trend.length === 0) return null;
  const keys = Object.keys(TRENDS) as (keyof typeof TRENDS)[];
  const days = `${trend[0]!.at.slice(0, 10)} to ${trend.at(-1)!.at.slice(0, 10)}`;
  return html`<ul class="numbers trends" aria-label="The trend, ${days}">${keys.map((key) => {
    return html`\n<li><a href="#trend">${bigNumber(trend.at(-1)![key])} <span>${TRENDS[key]}</span> ${trusted(trendHtml(trend.map((point) => point[key] ?? "").join(",")))}</a></li>`;
  })}
</ul>
`;
}
