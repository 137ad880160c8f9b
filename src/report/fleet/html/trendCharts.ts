import type { FleetPoint } from "../../../fleet/history/trends.ts";
import { amount, count } from "../../../text.ts";
import { html, type Markup, trusted } from "../../html/markup.ts";
import type { Part } from "../../html/section.ts";
import { round } from "../../html/trend.ts";
import type { PageHistory } from "./fleetPage.ts";
import { MOST_DAYS } from "./trendSections.ts";

const WIDTH = 400;
const HEIGHT = 90;
const EDGE = 6;
/** Months whose revocations are drawn. */
const MOST_MONTHS = 12;

const QUESTIONS = [
  ["grants", "Do the grants become fewer?"],
  ["unlistedApps", "Are the apps on no list decided on?"],
  ["idle", "Do idle grants go?"],
] as const;

/** Lines over the days with a run, and bars of what was revoked; the numbers are in the tables below. Null where there is nothing to draw. */
export function trendCharts(history: PageHistory | null): Part | null {
  const days = history?.trends.days.slice(-MOST_DAYS) ?? [];
  if (history === null || days.filter(({ seen }) => seen !== null).length < 2) return null;
  const months = history.trends.months.slice(-MOST_MONTHS);
  return {
    id: "trends",
    title: "What became of it",
    count: null,
    body: html`<p>By the days with a run, ${days[0]!.period} to ${days.at(-1)!.period}. A line breaks where the orgs that were judged are not the same ones; the numbers are <a href="#days">day by day</a> below.</p>
<div class="charts">
${QUESTIONS.map(([key, question]) => lineChart(key, question, days))}${barChart(months)}</div>`,
  };
}

function lineChart(
  key: (typeof QUESTIONS)[number][0],
  question: string,
  days: readonly FleetPoint[],
): Markup {
  const numbers = days.map(({ seen }) => seen?.[key] ?? null);
  const known = numbers.filter((number) => number !== null);
  const most = Math.max(1, ...known);
  const x = (i: number) => round(EDGE + (i / (days.length - 1)) * (WIDTH - 2 * EDGE));
  const y = (number: number) => round(HEIGHT - EDGE - (number / most) * (HEIGHT - 2 * EDGE));
  const lines: string[][] = [];
  numbers.forEach((number, i) => {
    if (number === null) return;
    const point = `${x(i)},${y(number)}`;
    const goesOn = days[i]!.isLikeBefore && lines.length > 0;
    if (goesOn) lines.at(-1)!.push(point);
    else lines.push([point, point]);
  });
  const last = known.at(-1)!;
  return html`<figure aria-labelledby="trend-${key}"><h3 id="trend-${key}">${question}</h3>
<p class="trend-ends"><strong>${count(last)}</strong> in ${judgedText(days)}; at most ${count(most)}</p>
${trusted(`<svg class="trend-lines" aria-hidden="true" width="100%" viewBox="0 0 ${WIDTH} ${HEIGHT}"><path d="M${EDGE} ${HEIGHT - EDGE}H${WIDTH - EDGE}"/>${lines.map((points) => `<polyline points="${points.join(" ")}"/>`).join("")}</svg>`)}
</figure>
`;
}

/** Of how many orgs the last number is. */
function judgedText(days: readonly FleetPoint[]): string {
  const { judged, known, period } = days.findLast(({ seen }) => seen !== null)!;
  return `${judged} of ${amount(known, "org")} on ${period}`;
}

function barChart(months: readonly FleetPoint[]): Markup {
  const most = Math.max(1, ...months.map(({ revoked }) => revoked));
  return html`<figure aria-labelledby="trend-revoked"><h3 id="trend-revoked">How many grants were revoked, by month?</h3>
<table class="chart"><caption class="unseen">Grants that runs on record revoked, by month</caption>
<thead><tr><th scope="col">Month</th><th scope="col" class="count">revoked</th></tr></thead>
<tbody>
${months.map(({ period, revoked }) => {
  const width = round((revoked / most) * 100);
  const bar = width === 0 ? null : html`<rect class="keep" width="${width}%" height="8"/>`;
  return html`<tr><th scope="row">${period}<svg aria-hidden="true" width="100%" height="8">${bar}</svg></th><td class="count">${count(revoked)}</td></tr>\n`;
})}</tbody></table></figure>
`;
}
