import { IDLE_DAYS } from "../../../plan/allParts.ts";
import { amount } from "../../../text.ts";
import { html, type Markup } from "../../html/markup.ts";
import { bigNumbers } from "../../html/verdict.ts";
import { appsAcross } from "../acrossOrgs.ts";
import {
  fleetLimitsText,
  isNotJudged,
  isOverLimits,
  notSeenText,
  revokedIn,
  summaryText,
} from "../fleetWords.ts";
import type { FleetPage } from "./fleetPage.ts";

type Tone = "good" | "warn" | "bad";

/** The answer first: what is not known, what goes, or that all is well; then the numbers. */
export function fleetVerdict(page: FleetPage): Markup {
  const { orgs, limits, asOf } = page.run;
  const { tone, text } = fleetHeadline(page);
  const judged = orgs.filter((org) => !isNotJudged(org));
  // Of orgs of which nothing is known no number is 0.
  const known = (number: number) => (judged.length === 0 && orgs.length > 0 ? null : number);
  const sum = (key: "grants" | "connectedUsers" | "reported" | "unlistedApps" | "idle") =>
    known(judged.reduce((total, { numbers }) => total + (numbers?.[key] ?? 0), 0));
  const over = orgs.filter(isOverLimits).length;
  return html`<section id="verdict" class="verdict ${tone}" aria-labelledby="verdict-title">
<h2 id="verdict-title">${text}</h2>
${limits.refusal === null ? null : html`<p><strong>Refused.</strong> ${limits.refusal}</p>\n`}${
  over === 0
    ? null
    : html`<p><a href="#refused">${amount(over, "org")} ${over === 1 ? "is" : "are"} over ${over === 1 ? "its" : "their"} own limits</a>: nothing is revoked there.</p>\n`
}<p class="proof">${[summaryText(page.run), ...notSeenText(orgs)].join(" ")} Limits of the fleet: ${fleetLimitsText(limits)}.</p>
</section>
${bigNumbers(`The numbers at ${asOf.slice(0, 10)}, of the orgs that were judged`, [
  ["Orgs judged", judged.length, "orgs", "that could be read whole"],
  ["Not judged", orgs.length - judged.length, "unjudged", "nothing is known of them"],
  ["Grants", sum("grants"), "orgs", "that the orgs counted"],
  ["Users, by org", sum("connectedUsers"), "people", "with a grant at least, counted in each org"],
  [
    "To be revoked",
    known(orgs.reduce((total, org) => total + revokedIn(org), 0)),
    "orgs",
    "by the rules of each org's policy",
  ],
  ["Only reported", sum("reported"), "orgs", "break a rule and are left alone"],
  ["Apps by name", known(appsAcross(page.apps).length), "apps", "called alike counted once"],
  [
    "Idle grants",
    sum("idle"),
    "orgs",
    `no token for longer than the org's policy allows; over ${IDLE_DAYS} days where it has no maxIdleDays`,
  ],
])}`;
}

/** The whole fleet in one line: the worst that is true. Nothing that was not judged is called clean. */
function fleetHeadline({ run }: Pick<FleetPage, "run">): {
  readonly tone: Tone;
  readonly text: string;
} {
  const { orgs, limits, notSelected } = run;
  const unknown = orgs.filter(isNotJudged).length;
  const revoking = orgs.filter((org) => revokedIn(org) > 0);
  const revocations = revoking.reduce((total, org) => total + revokedIn(org), 0);
  const of = `${unknown} of ${amount(orgs.length, "org")}`;
  if (unknown > 0) return { tone: "bad", text: `${of} could not be judged` };
  if (limits.refusal !== null)
    return {
      tone: "bad",
      text: `${amount(revocations, "grant")} would be revoked: more than the fleet's limits allow`,
    };
  if (orgs.some(isOverLimits))
    return { tone: "bad", text: "More would be revoked than an org's limits allow" };
  if (revocations > 0)
    return {
      tone: "bad",
      text: `${amount(revocations, "grant")} in ${amount(revoking.length, "org")} ${revocations === 1 ? "is" : "are"} to be revoked`,
    };
  const reporting = orgs.filter(({ status }) => status === "reports").length;
  if (reporting > 0)
    return {
      tone: "warn",
      text: `Nothing to revoke, but ${amount(reporting, "org")} ${reporting === 1 ? "needs" : "need"} a look`,
    };
  if (orgs.length === 0) return { tone: "warn", text: "No org was selected" };
  if (notSeenText(orgs).length > 0)
    return {
      tone: "warn",
      text: "Nothing to revoke: the policies keep every grant that was counted; not all access could be looked for",
    };
  return notSelected.length === 0
    ? {
        tone: "good",
        text: `Clean: the policies keep every grant that was counted in ${amount(orgs.length, "org")}`,
      }
    : {
        tone: "warn",
        text: `Nothing to revoke in the ${amount(orgs.length, "org")} that ${orgs.length === 1 ? "was" : "were"} selected`,
      };
}
