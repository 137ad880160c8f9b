import type { FindingCode } from "../decide/codes.ts";
import type { Grant } from "../inventory/inventory.ts";
import type { Position } from "../policy/policy.ts";
import type { Instant } from "../time.ts";
import type { Covers } from "./covers.ts";
import { type Plan, type PlannedRevocation, withGrants } from "./plan.ts";

/** What is approved of one user and one app: that the user loses it by a rule. */
export interface Approved {
  readonly covers: Covers;
  /** When the grants were given that were shown, null for unknown; they count unless both then and now the pair is covered. */
  readonly granted: readonly (Instant | null)[];
}

/** By `approvalKey`. */
export type Approval = ReadonlyMap<string, Approved>;

/**
 * An approval as Pulumi keeps it beside the lines that it shows: rule → app → user → `pair`, or the times of the very
 * grants. Compact, since it is in the state until the next refresh.
 */
export type ApprovalMap = Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>
>;

const PAIR = "pair";
const UNKNOWN = "?";

/** What tells one revocation that was approved from another. */
export interface Approvable {
  readonly user: { readonly id: string };
  readonly app: { readonly id: string | null; readonly name: string };
  readonly code: FindingCode;
  readonly at: Pick<Position, "file" | "line">;
}

/** The user and the app by id, the app by its name where it has none, and the rule by its code and its place. */
export function approvalKey(one: Approvable): string {
  return JSON.stringify([ruleOf(one), appOf(one), one.user.id]);
}

function ruleOf({ code, at }: Pick<Approvable, "code" | "at">): string {
  return `${code} ${at.file}:${at.line}`;
}

/** A name is quoted, and so is no id, whatever it looks like; it is made of characters that every file can hold. */
function appOf({ app: { id, name } }: Pick<Approvable, "app">): string {
  return id ?? JSON.stringify(name);
}

/** What the approval of a plan approves, as Pulumi keeps it. */
export function approvalMap({ revocations }: Plan): ApprovalMap {
  const map: Record<string, Record<string, Record<string, string>>> = {};
  for (const { user, covers, grants, ...planned } of revocations) {
    const [rule, app] = [ruleOf(planned), appOf(planned)];
    const times = grants.map(({ createdAt }) => createdAt ?? UNKNOWN);
    map[rule] ??= {};
    map[rule][app] ??= {};
    map[rule][app][user.id] = covers === "pair" ? PAIR : times.join(" ");
  }
  return map;
}

/** An approval as Pulumi kept it; where there is none, nothing is approved. */
export function readApprovalMap(map: ApprovalMap | undefined): Approval {
  const approval = new Map<string, Approved>();
  for (const [rule, apps] of Object.entries(map ?? {}))
    for (const [app, users] of Object.entries(apps))
      for (const [user, text] of Object.entries(users)) {
        const granted = text.split(" ").map((time) => (time === UNKNOWN ? null : Number(time)));
        approval.set(
          JSON.stringify([rule, app, user]),
          text === PAIR ? { covers: "pair", granted: [] } : { covers: "grants", granted },
        );
      }
  return approval;
}

/**
 * The part of a plan that was approved. Anything else is left out, so that less than approved may be revoked but
 * never more (law 5): a rule that changed is another reason, and where either side is of the very grants, those
 * alone go that were shown, each once.
 */
export function approvedPart(
  plan: Plan,
  approval: Approval,
  asOf: Instant,
  keyOf: (planned: PlannedRevocation) => string = approvalKey,
): Plan {
  return {
    revocations: plan.revocations.flatMap((planned) => {
      const approved = approval.get(keyOf(planned));
      if (approved === undefined) return [];
      if (approved.covers === "pair" && planned.covers === "pair") return planned;
      const times = [...approved.granted];
      const grants = planned.grants.filter((grant) => takeOne(times, grant));
      if (grants.length === 0) return [];
      const all = grants.length === planned.grants.length && planned.covers === "grants";
      return all ? planned : withGrants(planned, grants, asOf);
    }),
  };
}

/** Takes the grant's time off the list, once; whether it was there. */
function takeOne(times: (Instant | null)[], { createdAt }: Grant): boolean {
  const at = times.indexOf(createdAt);
  if (at < 0) return false;
  times.splice(at, 1);
  return true;
}
