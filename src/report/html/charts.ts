import { count, sentence } from "../../text.ts";
import { DAY_MS } from "../../time.ts";
import { notJudgedText } from "../org/measures.ts";
import type { OrgReport } from "../org/orgReport.ts";
import type { GrantRow, OrgView } from "../org/orgView.ts";
import { DECISIONS, STANDINGS } from "../words.ts";
import { html, type Markup, trusted } from "./markup.ts";
import { badgeHtml } from "./rows.ts";

/** More bars than these are read as one: the rest. */
const MOST_BARS = 8;

interface Bar {
  readonly label: string;
  readonly badge: string | null;
  readonly grants: readonly GrantRow[];
  /** Several bars as one, of which only the numbers are shown: drawn, it would make all others small. */
  readonly isRest?: true;
}

const PARTS = ["keep", "report", "revoke"] as const;

/** Four questions about the grants, each answered by a table with bars in it: the numbers are the text. */
export function chartsHtml({ plan }: OrgReport, { grants, apps, measures }: OrgView): Markup {
  if (grants.length === 0) return html`<p class="nothing">There is no grant.</p>\n`;
  const asOf = Date.parse(plan.asOf);
  const byApp = Map.groupBy(grants, ({ app }) => app);
  const charts = [
    chartHtml(
      "apps",
      "Which apps hold the grants, and are they sanctioned?",
      "App",
      rest(
        apps.map(({ name, standing }) => ({
          label: name,
          badge: STANDINGS[standing],
          grants: byApp.get(name)!,
        })),
        "app",
      ),
    ),
    chartHtml("age", "How long have the grants stood?", "Age", byAge(grants, asOf)),
    chartHtml("use", "Are the grants in use?", "Use", [
      bar("Active: a token issued lately", grants, ({ use }) => use === "active"),
      bar(`Idle: ${measures.idle.short}`, grants, ({ use }) => use === "idle"),
      bar("The org gives no last use", grants, ({ use }) => use === "unknown"),
    ]),
    measures.privilege.isJudged
      ? chartHtml("privilege", PRIVILEGE_QUESTION, "Privilege of the user", byPrivilege(grants))
      : html`<figure aria-labelledby="chart-privilege"><h3 id="chart-privilege">${PRIVILEGE_QUESTION}</h3>
<p class="nothing">${sentence(notJudgedText(measures.privilege))}</p></figure>
`,
  ];
  return html`${HATCHES}${legend(grants)}<div class="charts">
${charts}</div>
`;
}

const PRIVILEGE_QUESTION = "How much privilege do they carry?";

function chartHtml(id: string, question: string, head: string, bars: readonly Bar[]): Markup {
  const most = Math.max(1, ...bars.map(({ grants, isRest }) => (isRest ? 0 : grants.length)));
  const all = bars.flatMap(({ grants }) => grants);
  const parts = PARTS.filter((part) => part === "keep" || all.some(({ action }) => action === part));
  return html`<figure aria-labelledby="chart-${id}"><h3 id="chart-${id}">${question}</h3>
<table class="chart"><caption class="unseen">${question}</caption>
<thead><tr><th scope="col">${head}</th>${parts.map((part) => html`<th scope="col" class="count">${DECISIONS[part]}</th>`)}<th scope="col" class="count">grants</th></tr></thead>
<tbody>
${bars.map(({ label, badge, grants, isRest }) => {
  const counts = parts.map((part) => grants.filter(({ action }) => action === part).length);
  return html`<tr><th scope="row">${label}${badge === null ? null : html` ${trusted(badgeHtml(badge))}`}${isRest ? null : barHtml(parts, counts, most)}</th>${counts.map((n) => html`<td class="count">${count(n)}</td>`)}<td class="count"><strong>${count(grants.length)}</strong></td></tr>\n`;
})}</tbody></table></figure>
`;
}

/** Percent of the longest bar: what is there is seen, however few it is. */
const LEAST_WIDTH = 0.6;

/** The parts side by side, as wide as their share of the longest bar. */
function barHtml(parts: readonly string[], counts: readonly number[], most: number): Markup {
  let from = 0;
  const pieces = parts.map((part, i) => {
    const width = counts[i] === 0 ? 0 : Math.max(LEAST_WIDTH, (counts[i]! / most) * 100);
    const piece =
      width === 0
        ? null
        : html`<rect class="${part}" x="${percent(from)}" width="${percent(width)}" height="10"/>`;
    from += width;
    return piece;
  });
  return html`<svg aria-hidden="true" width="100%" height="10">${pieces}</svg>`;
}

function percent(share: number): string {
  return `${Math.round(share * 100) / 100}%`;
}

function bar(label: string, grants: readonly GrantRow[], fits: (grant: GrantRow) => boolean): Bar {
  return { label, badge: null, grants: grants.filter(fits) };
}

/** The first bars, and all others as one. */
function rest(bars: readonly Bar[], what: string): Bar[] {
  if (bars.length <= MOST_BARS) return [...bars];
  const others = bars.slice(MOST_BARS - 1);
  const label = `${count(others.length)} other ${what}s`;
  return [
    ...bars.slice(0, MOST_BARS - 1),
    { label, badge: null, grants: others.flatMap(({ grants }) => grants), isRest: true },
  ];
}

const AGES: readonly (readonly [label: string, underDays: number])[] = [
  ["Under 30 days", 30],
  ["30 to 90 days", 90],
  ["90 days to 1 year", 365],
  ["1 to 2 years", 2 * 365],
  ["2 to 3 years", 3 * 365],
  ["3 years and more", Number.POSITIVE_INFINITY],
];

function byAge(grants: readonly GrantRow[], asOf: number): Bar[] {
  const days = ({ granted }: GrantRow) => (asOf - Date.parse(granted!)) / DAY_MS;
  const bands = Map.groupBy(grants, (grant) =>
    grant.granted === null ? null : AGES.find(([, under]) => days(grant) < under)![0],
  );
  const unknown = bands.get(null);
  return [
    ...AGES.map(([label]) => ({ label, badge: null, grants: bands.get(label) ?? [] })),
    ...(unknown === undefined ? [] : [{ label: "The org gives no date", badge: null, grants: unknown }]),
  ];
}

function byPrivilege(grants: readonly GrantRow[]): Bar[] {
  const bars = [...Map.groupBy(grants, ({ privilege }) => privilege)].map(([privilege, own]) => ({
    label: privilege ?? "",
    badge: privilege === null ? null : "high",
    grants: own,
  }));
  const high = bars.filter(({ badge }) => badge !== null).sort((a, b) => b.grants.length - a.grants.length);
  const others = bar("Not of high privilege", grants, ({ privilege }) => privilege === null);
  return [...rest(high, "source of high privilege"), others];
}

function legend(grants: readonly GrantRow[]): Markup {
  const parts = PARTS.filter((part) => part === "keep" || grants.some(({ action }) => action === part));
  return html`<p class="legend" aria-hidden="true">${parts.map(
    (part) =>
      html`<span><svg width="14" height="14"><rect class="${part}" width="14" height="14"/></svg> ${DECISIONS[part]}</span> `,
  )}</p>
`;
}

/** Patterns, so that the parts are told apart without colours. */
const HATCHES = trusted(`<svg class="unseen" aria-hidden="true" width="0" height="0"><defs>
<pattern id="hatch-report" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="ground" width="6" height="6"/><rect class="ink" width="3" height="6"/></pattern>
<pattern id="hatch-revoke" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect class="ground" width="4" height="4"/><rect class="ink" width="2.6" height="4"/></pattern>
</defs></svg>
`);
