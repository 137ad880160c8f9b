import { meaningOf } from "../decide/codes.ts";
import { appKey, appText } from "../plan/parts.ts";
import { countGrantsOf } from "../plan/plan.ts";
import type { PlanFile } from "../plan/planSchema.ts";
import { placeText } from "../policy/policy.ts";
import { printable } from "../printable.ts";
import { optionWords, shellCommand } from "../shell.ts";
import type { ApprovalState } from "../sign/approvalState.ts";
import { amount } from "../text.ts";
import { limitsText, subjectText } from "./words.ts";

type Revocation = PlanFile["revocations"][number];

const COVERS = {
  pair: "whatever grants of the app they have by then",
  grants: "these grants alone",
} as const;

/** What somebody who approves a plan approves, for a terminal: of which org, and what goes by app and reason. */
export function approvalText(plan: PlanFile, file: string): string {
  const { org, policy, limits, revocations, digest } = plan;
  const groups = Map.groupBy(revocations, ({ app, code, policy: at, covers }) =>
    JSON.stringify([appKey(app), code, at, covers]),
  );
  const lines = [
    subjectText(plan),
    printable(`Org ${org.id}, policy ${policy.digest}`),
    `Plan ${digest}`,
    "",
    `${amount(countGrantsOf(revocations), "revocation")}:`,
    ...[...groups.values()].map(groupText),
    "",
    `Limits: ${limitsText(limits)}.`,
    `Each line: ${shellCommand(["npx", "sanctioned", "report", ...optionWords("--plan", file)])}`,
  ];
  return `${lines.join("\n")}\n`;
}

function groupText(group: readonly Revocation[]): string {
  const { app, code, policy, covers } = group[0]!;
  const users = amount(new Set(group.map(({ user }) => user.id)).size, "user");
  const place = printable(placeText(policy));
  return `  ${countGrantsOf(group)} of ${users}, ${printable(appText(app))}: ${meaningOf(code)} (${place}); ${COVERS[covers]}`;
}

/** Who has approved a plan, and what of the signatures beside it does not count. */
export function approvalStateText(state: ApprovalState): string {
  const { signatures, excludedUnknown } = state;
  const lines = [
    approvalCountText(state),
    ...signatures.map(
      ({ file, principals, why }) =>
        `  ${why === null ? "counts" : "does not count"}: ${principals.length === 0 ? "" : `${printable(principals.join(", "))}, `}${printable(file)}${why === null ? "" : `: ${printable(why)}`}`,
    ),
    ...(excludedUnknown.length === 0
      ? []
      : [`  excluded, and no allowed signer goes by that name: ${printable(excludedUnknown.join(", "))}`]),
  ];
  return `${lines.join("\n")}\n`;
}

/** `approvals: 2 wanted, 1 given (ada@dieppe.example)`. */
export function approvalCountText({ wanted, signedBy }: Pick<ApprovalState, "wanted" | "signedBy">): string {
  const who = signedBy.length === 0 ? "" : ` (${printable(signedBy.join(", "))})`;
  return `approvals: ${wanted} wanted, ${signedBy.length} given${who}`;
}
