import { count } from "../../text.ts";
import type { OrgReport } from "../org/orgReport.ts";
import { approvalsText, limitsText, plannedLinksText, proofText, REDACTED_NOTE } from "../words.ts";
import { html, type Markup } from "./markup.ts";
import type { Part } from "./section.ts";

/** What the page was made from, so that somebody else can come to the same. */
export function howItWasRead({ plan, redacted }: OrgReport): Part {
  const { org, policy, inventory, limits, digest, asOf } = plan;
  const permissions = Object.entries(inventory.proof.permissions).map(
    ([name, has]) => `${name}: ${has ? "yes" : "no"}`,
  );
  const approvals = approvalsText(plan);
  const facts: [name: string, value: string | Markup][] = [
    ["Org", `${org.name} (${org.id})${org.isSandbox ? ", a sandbox" : ""}`],
    ["Address", org.instanceUrl],
    ["Held against", html`${policy.file}, <code>mode: ${policy.mode}</code>`],
    ["At", asOf],
    ["Completeness", `${proofText(inventory.proof)}${plannedLinksText(inventory)}`],
    [
      "Counted before and after",
      `${count(inventory.proof.countBefore)} and ${count(inventory.proof.countAfter)}`,
    ],
    ["The reader's permissions", permissions.length === 0 ? "not probed" : permissions.join(", ")],
    ["Limits", limitsText(limits)],
    ...(approvals === null ? [] : [["Approvals", approvals] as [string, string]]),
    ["Policy's digest", html`<code>${policy.digest}</code>`],
    ["Plan's digest", html`<code>${digest}</code>`],
    ...(redacted ? [["Names", REDACTED_NOTE] as [string, string]] : []),
  ];
  return {
    id: "provenance",
    title: "How it was read",
    count: null,
    body: html`<dl>${facts.map(([name, value]) => html`\n<dt>${name}</dt><dd>${value}</dd>`)}\n</dl>`,
  };
}
