import { findingsBeside } from "./beside.ts";
import { type Case, called, type Decided, type Finding } from "./case.ts";
import { lookedUp, type Refusal } from "./fit.ts";
import { OrgView, type Row } from "./orgView.ts";
import { type Facts, walk } from "./table.ts";
import { refOf, Wanted } from "./wanted.ts";
import { endOfDay } from "./words.ts";

/** What the tool should say: either why the policy is refused, or all of its decisions. */
export type Answer =
  | { readonly refusals: readonly Refusal[] }
  | {
      readonly rows: readonly Decided[];
      readonly findings: readonly Finding[];
      readonly limits: { readonly revocations: number; readonly ofAll: number; readonly perApp: number };
      readonly exit: 0 | 2 | 3;
    };

/** Findings about grants and apps that docs/policy.md calls errors. */
const ERRORS: readonly string[] = ["platform-app-not-proven", "setting-differs", "links-not-revocable"];

/** Decides a case by the table. */
export function answer({ org: fixture, platform, files, ownApp, asOf }: Case): Answer {
  const org = new OrgView(fixture, platform, ownApp === null ? null : refOf(ownApp));
  const wanted = new Wanted(files);
  const fitted = lookedUp(wanted, org, asOf, ownApp);
  if (fitted.refusals.length > 0) return { refusals: fitted.refusals };
  const facts: Facts = { wanted, org, fit: fitted, asOf };
  const rows = org.rows.map((row) => decided(facts, row));
  const revoked = rows.filter(({ action }) => action === "revoke");
  const perApp = Math.max(
    0,
    ...Map.groupBy(revoked, ({ app }) => app)
      .values()
      .map((list) => list.length),
  );
  const findings = findingsBeside(facts, rows);
  const isBroken = revoked.length > 0 || findings.some(({ code }) => ERRORS.includes(code));
  return {
    rows,
    findings,
    limits: { revocations: revoked.length, ofAll: rows.length, perApp },
    exit: isOverLimit(wanted, revoked.length, rows.length, perApp) ? 3 : isBroken ? 2 : 0,
  };
}

function isOverLimit(wanted: Wanted, revoked: number, all: number, perApp: number): boolean {
  const most = (key: string, otherwise: number) => wanted.get<number>("limits", key)?.value ?? otherwise;
  return (
    revoked > most("revocations", 50) ||
    perApp > most("perApp", 50) ||
    revoked * 100 > most("percent", 25) * all
  );
}

function decided(facts: Facts, row: Row): Decided {
  const { line, verdict } = walk(facts, row);
  const code = verdict.code ?? line.code;
  const held = verdict.action === "revoke" ? heldBy(facts, row, code) : null;
  return {
    user: row.user.id,
    app: called(row),
    created: row.created,
    lastUsed: row.lastUsed,
    uses: row.uses,
    action: held === null ? verdict.action : "report",
    code,
    held,
    at: verdict.at,
    or: verdict.or ?? [],
  };
}

/** Why what would be revoked is reported: the mode of the policy or the app, or a baseline that knows the grant. */
function heldBy(facts: Facts, row: Row, code: string): "mode" | "baseline" | null {
  const { wanted, fit: fitted } = facts;
  const { owner } = row;
  // Of several apps that it could be, all denied, one that is only reported holds the others back.
  const couldBe = owner.app !== null ? [owner.app] : code === "app-denied" ? owner.candidates : [];
  const modes = couldBe.map((app) => fitted.entryOf.get(app)?.get("mode")?.value);
  const mode = modes.includes("report") ? "report" : undefined;
  if (mode === "report" || wanted.get("mode")?.value === "report") return "mode";
  if (["app-denied", "user-offboarded", "user-inactive", "user-frozen"].includes(code)) return null;
  return isKnown(facts, row) ? "baseline" : null;
}

function isKnown({ fit: { baseline }, asOf }: Facts, { owner, user, created }: Row): boolean {
  if (baseline === null || asOf >= endOfDay(baseline.expires)) return false;
  return baseline.grants.some(
    (known) =>
      known.app !== null &&
      known.app === owner.app &&
      known.user === user &&
      (known.granted === null
        ? created === null || (baseline.written !== null && created < baseline.written)
        : known.granted === created),
  );
}
