import type { Decision } from "../decide/decide.ts";
import { type Finding, findingText } from "../decide/findings.ts";
import type { AccountLinks, App, Inventory } from "../inventory/inventory.ts";
import { compareText } from "../text.ts";
import { allowsPart } from "./allows.ts";
import { allParts } from "./allParts.ts";
import { digestOf, policyDigest } from "./digest.ts";
import type { Evaluation } from "./evaluate.ts";
import { appLabels } from "./label.ts";
import { appPart, canonicalOrder, grantPart, iso, placePart } from "./parts.ts";
import type { Plan } from "./plan.ts";
import type { FullPlan, PlanFile } from "./planSchema.ts";
import { platformPart } from "./platformPart.ts";
import { standingPart } from "./standingPart.ts";

/**
 * An evaluation as a plan file. Canonical: the same policy, org and time give the same bytes.
 * @param all every grant, app, connected user and exemption, not the counts alone
 */
export function planFile(evaluation: Evaluation, options: { readonly all: true }): FullPlan;
export function planFile(evaluation: Evaluation, options: { readonly all: boolean }): PlanFile;
export function planFile(evaluation: Evaluation, { all }: { readonly all: boolean }): PlanFile {
  const { policy, inventory, asOf, decisions, findings, plan, limits } = evaluation;
  const labels = appLabels(inventory);
  const platformApps = platformPart(evaluation, labels);
  const content: Omit<PlanFile, "digest"> = {
    version: 1,
    asOf: iso(asOf)!,
    org: {
      id: inventory.org.id,
      name: inventory.org.name,
      isSandbox: inventory.org.isSandbox,
      instanceUrl: inventory.org.instanceUrl,
    },
    policy: {
      file: policy.file,
      mode: policy.mode.value,
      digest: policyDigest(policy),
      ...(policy.approvals === null ? {} : { approvals: policy.approvals.required }),
    },
    inventory: inventoryPart(inventory),
    revocations: revocationsPart(plan, labels),
    counts: {
      revoke: countCodes(decisions, "revoke"),
      report: countCodes(decisions, "report"),
      keep: countCodes(decisions, "keep"),
    },
    ...(all ? allParts(evaluation, labels) : {}),
    ...(platformApps === undefined ? {} : { platformApps }),
    standingAccess: standingPart(evaluation, labels),
    allows: allowsPart(evaluation, labels),
    findings: canonicalOrder(findings.map((finding) => findingPart(finding, labels))),
    limits: { ...limits },
  };
  return { ...content, digest: digestOf(content) };
}

/** What a plan revokes, as its file has it. @param labels of the apps, by key */
export function revocationsPart(plan: Plan, labels: ReadonlyMap<string, string>): PlanFile["revocations"] {
  return plan.revocations.map(({ user, app, grants, code, at, covers, others, reason }) => ({
    user: { id: user.id, username: user.username },
    app: appPart(app, labels),
    grants: grants.map(grantPart),
    code,
    policy: placePart(at),
    covers,
    others: others.map(iso),
    reason,
    reauthorize: reauthorizeOf(app, user),
  }));
}

/** Whether a plan file is as it was written. */
export function isUnaltered({ digest, ...content }: PlanFile): boolean {
  return digestOf(content) === digest;
}

/** Since September 2025 an app that is not installed takes a permission to be authorized (docs/salesforce.md#uninstalled-apps). */
function reauthorizeOf(
  { id, kind, adminApprovedOnly }: App,
  { isActive, isFrozen }: { readonly isActive: boolean | null; readonly isFrozen: boolean | null },
): PlanFile["revocations"][number]["reauthorize"] {
  // Nobody logs in as a user who is not active or frozen (help.salesforce.com, "Deactivate Users", "Freeze or Unfreeze User Accounts").
  if (isActive === false) return "not-active";
  if (isFrozen === true) return "frozen";
  if (kind === "identity-provider") return "unknown"; // its registration handler says whether accounts are linked again
  if (id === null) return "if-approved";
  return adminApprovedOnly === null ? "unknown" : adminApprovedOnly ? "if-preauthorized" : "yes";
}

function inventoryPart({ grants, proof, accountLinks }: Inventory): PlanFile["inventory"] {
  return {
    grants: grants.length,
    connectedUsers: new Set(grants.map(({ userId }) => userId)).size,
    apps: new Set(grants.map(({ app }) => app.key)).size,
    proof: {
      countBefore: proof.countBefore,
      countAfter: proof.countAfter,
      read: proof.read,
      fromUsage: proof.fromUsage ?? 0,
      ...(proof.appsWithoutUsers === undefined ? {} : { appsWithoutUsers: proof.appsWithoutUsers }),
      partition: proof.partition,
      ranges: proof.ranges,
      rereads: proof.rereads ?? 0,
      ...(proof.changes === undefined ? {} : { changes: { ...proof.changes } }),
      calls: proof.calls,
      permissions: { ...proof.permissions },
      ...(proof.sight === undefined ? {} : { sight: proof.sight }),
      apiVersion: proof.apiVersion,
      at: proof.at,
    },
    ...accountLinksPart(accountLinks),
  };
}

function accountLinksPart({
  proof,
  refusal,
  deletable,
}: AccountLinks): Pick<PlanFile["inventory"], "accountLinks"> {
  if (proof?.read === 0) return {};
  const { read = 0, ...counts } = proof ?? {};
  return {
    accountLinks: {
      read,
      counts: proof === null ? null : (counts as Omit<NonNullable<AccountLinks["proof"]>, "read">),
      refusal,
      deletable,
    },
  };
}

function findingPart(finding: Finding, labels: ReadonlyMap<string, string>): PlanFile["findings"][number] {
  const { code, severity, app, user, params, at } = finding;
  return {
    code,
    severity,
    text: findingText(finding),
    app: app === null ? null : appPart(app, labels),
    user,
    params: { ...params },
    policy: placePart(at),
  };
}

function countCodes(decisions: readonly Decision[], action: Decision["action"]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const decision of decisions)
    if (decision.action === action) counts.set(decision.code, (counts.get(decision.code) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => compareText(a, b)));
}
