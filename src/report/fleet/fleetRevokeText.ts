import type { OrgRevoked } from "../../fleet/revokeFleet.ts";
import type { FleetRun } from "../../fleet/runSchema.ts";
import { printable } from "../../printable.ts";
import { amount } from "../../text.ts";
import { tableOf } from "../render/table.ts";
import { tableText } from "../render/terminal.ts";

const STATUS_WORDS = {
  absent: "does not have it",
  nothing: "nothing to revoke",
  revoked: "revoked",
  refused: "refused",
  inconclusive: "unknown: inconclusive",
  unreachable: "unknown: unreachable",
  failed: "failed",
} as const satisfies Record<OrgRevoked["status"], string>;

/** What is to be revoked in all orgs together, after the orgs one by one: the last lines before the question. */
export function fleetToRevokeText(run: FleetRun, absent: readonly string[]): string {
  const { orgs, notSelected, limits } = run;
  const unknown = orgs.filter(({ plan }) => plan === null);
  const without = orgs.filter(
    ({ name, status }) => !absent.includes(name) && status !== "revokes" && status !== "refused",
  );
  const nothing = without.filter(({ plan }) => plan !== null).map(({ name }) => name);
  const revoking = orgs.filter(({ status }) => status === "revokes");
  const lines = [
    ...unknown.map(
      ({ name, problem }) =>
        `UNKNOWN, ${name}: ${printable(problem?.text ?? "")} [${problem?.code}] Nothing is revoked there.`,
    ),
    ...orgs
      .filter(({ status, plan }) => status === "refused" && plan !== null)
      .map(({ name, problem }) => `Refused, ${name}: ${printable(problem?.text ?? "")} [${problem?.code}]`),
    ...(absent.length === 0 ? [] : [`Do not have it: ${absent.join(", ")}.`]),
    ...(nothing.length === 0 ? [] : [`Nothing to revoke: ${nothing.join(", ")}.`]),
    ...(notSelected.length === 0 ? [] : [`Not selected: ${notSelected.join(", ")}.`]),
    `${amount(limits.revocations.actual, "grant")} to revoke in ${amount(revoking.length, "org")} of ${orgs.length + notSelected.length}.`,
  ];
  return `${lines.join("\n")}\n`;
}

/** What came of each org. */
export function fleetRevokedText(orgs: readonly OrgRevoked[], width: number | null): string {
  const problems = orgs.flatMap(({ org, problem }) =>
    problem === null ? [] : [`${org}: ${printable(problem.text)} [${problem.code}]`],
  );
  const table = tableOf(orgs, {
    org: { title: "Org", kind: "text", value: ({ org }) => org },
    status: { title: "Result", kind: "badge", words: STATUS_WORDS, value: ({ status }) => status },
    revoked: {
      title: "Revoked",
      kind: "count",
      value: ({ outcomes }) => (outcomes.revoked ?? 0) + (outcomes["already gone"] ?? 0),
    },
    open: { title: "Open", kind: "count", value: ({ outcomes }) => openOf(outcomes) },
    rounds: { title: "Rounds", kind: "count", value: ({ rounds }) => rounds },
  });
  return `${[tableText(table, width), ...problems].join("\n")}\n`;
}

/** What a round left; a later one may have done it. */
function openOf(outcomes: OrgRevoked["outcomes"]): number {
  const { revoked = 0, "already gone": gone = 0 } = outcomes;
  return Object.values(outcomes).reduce((sum, count) => sum + count, 0) - revoked - gone;
}
