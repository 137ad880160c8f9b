import { planEnd } from "../../src/plan/planEnd.ts";
import type { FullPlan } from "../../src/plan/planSchema.ts";
import type { Case, Decided } from "./case.ts";
import { type Answer, answer } from "./oracle.ts";
import type { Place, Written } from "./places.ts";
import { ask, askByVerb, type Said, start, written } from "./tool.ts";

/** One thing that the oracle and the tool see differently. */
export interface Difference {
  /** The line of the table, the code of a finding, or `limits`, `exit`, `refusal`. */
  readonly about: string;
  readonly oracle: string;
  readonly tool: string;
}

/** Asks both about a case. */
export async function differences(one: Case): Promise<Difference[]> {
  const org = await start(one);
  try {
    return compare(one, await ask(org, one));
  } finally {
    await org.close();
  }
}

/** As `differences`, through the verb `plan` in a process of its own, whose exit code is compared too. */
export async function differencesByVerb(one: Case): Promise<Difference[]> {
  const org = await start(one);
  try {
    const { said, exit } = await askByVerb(org, one);
    const expected = answer(one);
    const isOfStanding = "plan" in said && said.plan.findings.some(isStandingError);
    const code = "refusals" in expected ? 1 : expected.exit === 0 && isOfStanding ? 2 : expected.exit;
    return [
      ...(code === exit ? [] : [{ about: "exit", oracle: String(code), tool: String(exit) }]),
      ...compare(one, said),
    ];
  } finally {
    await org.close();
  }
}

function compare(one: Case, said: Said): Difference[] {
  const expected = answer(one);
  const lines = written(one.files);
  if ("refused" in said || "refusals" in expected) return compareRefusals(expected, said, lines);
  return [
    ...compareRows(expected.rows, said.plan, lines),
    ...comparePlan(expected.rows, said.plan),
    ...compareFindings(expected.findings, said.plan, lines),
    ...compareLimits(expected, said.plan),
  ];
}

function compareRefusals(expected: Answer, said: Said, lines: ReadonlyMap<string, Written>): Difference[] {
  if ("refused" in said && "refusals" in expected) return [];
  const oracle =
    "refusals" in expected
      ? expected.refusals.map(({ why, at }) => `${why}, ${placed(at, lines)}`).join("; ")
      : "valid";
  const tool = "refused" in said ? said.refused.join("; ") : "valid";
  const [why] = "refusals" in expected ? [expected.refusals[0]!.why] : tool.split(/[ :]/);
  return [{ about: `refusal (${why})`, oracle, tool }];
}

function placed(at: Place | null, lines: ReadonlyMap<string, Written>): string {
  return at === null ? "nowhere" : `${at.file}:${lines.get(at.file)?.line(at.path) ?? 0}`;
}

const instant = (time: number | null) => (time === null ? null : new Date(time).toISOString());

function compareRows(expected: readonly Decided[], { rows }: FullPlan, lines: ReadonlyMap<string, Written>) {
  const text = (action: string, code: string, held: string | null, place: string) =>
    `${action} ${code}${held === null ? "" : ` (${held})`} at ${place}`;
  const allowed = new Map<string, string>();
  const wanted = expected.map((row): Told => {
    const key = JSON.stringify([row.user, row.app, instant(row.created), instant(row.lastUsed), row.uses]);
    const place = placed(row.at, lines);
    for (const other of row.or) allowed.set(`${key} ${row.code} ${placed(other, lines)}`, place);
    return { key, text: text(row.action, row.code, row.held, place), about: row.code };
  });
  const found = rows.map(({ user, app, policy, ...row }): Told => {
    const key = JSON.stringify([user.id, app.id ?? app.name, row.granted, row.lastUsed, row.useCount]);
    const place = `${policy.file}:${policy.line}`;
    const same = allowed.get(`${key} ${row.code} ${place}`) ?? place;
    return { key, text: text(row.action, row.code, row.held, same), about: row.code };
  });
  return unmatched(wanted, found);
}

interface Told {
  readonly key: string;
  readonly text: string;
  readonly about: string;
}

/** What one side says and the other does not, by what it is said of. */
function unmatched(wanted: readonly Told[], found: readonly Told[]): Difference[] {
  const keys = new Set([...wanted, ...found].map(({ key }) => key));
  return [...keys].flatMap((key) => {
    const texts = (told: readonly Told[]) =>
      told
        .filter((one) => one.key === key)
        .map(({ text }) => text)
        .sort();
    const [oracle, tool] = [texts(wanted), texts(found)];
    if (JSON.stringify(oracle) === JSON.stringify(tool)) return [];
    const about = [...wanted, ...found].find((one) => one.key === key)!.about;
    return [{ about, oracle: `${short(key)}: ${oracle.join(" | ")}`, tool: tool.join(" | ") }];
  });
}

function short(key: string): string {
  return key.length > 120 ? `${key.slice(0, 120)}…` : key;
}

/** What is planned is exactly what the rows say is revoked. */
function comparePlan(expected: readonly Decided[], { revocations }: FullPlan): Difference[] {
  const wanted = expected
    .filter(({ action }) => action === "revoke")
    .map((row) => JSON.stringify([row.user, row.app, instant(row.created)]))
    .sort();
  const found = revocations
    .flatMap(({ user, app, grants }) =>
      grants.map(({ granted }) => JSON.stringify([user.id, app.id ?? app.name, granted])),
    )
    .sort();
  return JSON.stringify(wanted) === JSON.stringify(found)
    ? []
    : [{ about: "plan", oracle: short(wanted.join(" ")), tool: short(found.join(" ")) }];
}

function compareFindings(
  expected: Exclude<Answer, { refusals: unknown }>["findings"],
  { findings }: FullPlan,
  lines: ReadonlyMap<string, Written>,
): Difference[] {
  const told = (code: string, app: string | null, user: string | null, at: string): Told => ({
    key: JSON.stringify([code, app, user, at]),
    text: code,
    about: code,
  });
  return unmatched(
    expected.map(({ code, app, user, at }) => told(code, app, user, placed(at, lines))),
    // It reads of grants alone: access without one is not its matter.
    findings
      .filter(({ code }) => !code.startsWith("standing-access-"))
      .map(({ code, app, user, policy }) =>
        told(code, app === null ? null : (app.id ?? app.name), user, `${policy.file}:${policy.line}`),
      ),
  );
}

/** Of access without a grant the oracle knows nothing. */
function isStandingError({ code, severity }: FullPlan["findings"][number]): boolean {
  return severity === "error" && code.startsWith("standing-access-");
}

function compareLimits(expected: Exclude<Answer, { refusals: unknown }>, plan: FullPlan): Difference[] {
  const { limits } = plan;
  const findings = plan.findings.filter((one) => !isStandingError(one));
  const exit = planEnd({ ...plan, findings });
  const wanted = `${expected.limits.revocations} of ${expected.limits.ofAll}, ${expected.limits.perApp} of one app, exit ${expected.exit}`;
  const found = `${limits.revocations.actual} of ${limits.percent.of}, ${limits.perApp?.actual ?? 0} of one app, exit ${exit}`;
  return wanted === found ? [] : [{ about: "limits", oracle: wanted, tool: found }];
}
