import { type LocalOrg, type LocalOrgOptions, type OrgFixture, startLocalOrg } from "salesforce-local-org";
import { type Applied, type ApplyOptions, apply } from "../../src/apply/apply.ts";
import type { AuditEvent } from "../../src/audit/line.ts";
import type { Inventory } from "../../src/inventory/inventory.ts";
import { listInventory } from "../../src/inventory/listInventory.ts";
import { evaluate } from "../../src/plan/evaluate.ts";
import type { Outcome } from "../../src/plan/outcome.ts";
import type { PlannedRevocation } from "../../src/plan/plan.ts";
import { parsePolicy } from "../../src/policy/load.ts";
import { connectToRevoke, type OrgConnection } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { type AlteredOrg, type Answer, alterAnswers } from "../altered.ts";

/** Alters an answer of the org's; null leaves it as it is. */
export type Alter = (request: string, answer: Answer) => Partial<Answer> | null;

/** An org, what was planned to be revoked in it, and what came of a run. */
export interface Stage {
  readonly org: LocalOrg;
  readonly connection: OrgConnection;
  readonly inventory: Inventory;
  /** Every grant of the org but those of apps that are called "Kept". */
  readonly revocations: readonly PlannedRevocation[];
  /** How long the run waited each time, in milliseconds; it did not really wait. */
  readonly waits: number[];
  readonly events: AuditEvent[];
  /** From now on answers are altered so. */
  alter(by: Alter): void;
  /** From now on these requests are answered so, without a word to the org. */
  answerInstead(by: (request: string) => Partial<Answer> | null): void;
  apply(revocations?: readonly PlannedRevocation[], options?: Partial<ApplyOptions>): Promise<Applied>;
  /** As `apply`, for the outcomes alone. */
  run(
    revocations?: readonly PlannedRevocation[],
    options?: Partial<ApplyOptions>,
  ): Promise<readonly Outcome[]>;
  /** The HTTP status of each revoke call that the org saw. */
  posts(): number[];
  close(): Promise<void>;
}

export async function stage(fixture: OrgFixture, options: Partial<LocalOrgOptions> = {}): Promise<Stage> {
  const org = await startLocalOrg({ org: fixture, ...options });
  let by: Alter = () => null;
  let instead: (request: string) => Partial<Answer> | null = () => null;
  const altered: AlteredOrg = await alterAnswers(
    org,
    (request, answer) => by(request, answer),
    (request) => instead(request),
  );
  const waits: number[] = [];
  const events: AuditEvent[] = [];
  const connection = await connectToRevoke(
    readCredentials({ instanceUrl: altered.url, accessToken: org.accessToken }, {}),
  );
  const inventory = await listInventory(connection);
  const parsed = parsePolicy("version: 1\nunlisted: revoke\nplatformApps: revoke\napps: []\n", "p.yaml");
  if ("problems" in parsed) throw new Error("the policy does not fit");
  const { revocations } = evaluate(parsed.policy, inventory, Date.now()).plan;
  const planned = revocations.filter(({ app }) => app.name !== "Kept");
  const applied: Stage["apply"] = (some = planned, more = {}) =>
    apply(connection, some, {
      apps: inventory.apps,
      onProgress: () => {},
      perSecond: 10_000,
      audit: {
        append: async (event) => {
          events.push(event);
        },
      },
      clock: { sleep: async (milliseconds) => waits.push(milliseconds), random: () => 1 },
      ...more,
    });
  return {
    org,
    connection,
    inventory,
    revocations: planned,
    waits,
    events,
    alter: (next) => {
      by = next;
    },
    answerInstead: (next) => {
      instead = next;
    },
    apply: applied,
    run: async (some, more) => (await applied(some, more)).outcomes,
    posts: () =>
      org.requests.flatMap(({ path, status }) => (path === "/services/oauth2/revoke" ? [status ?? 0] : [])),
    close: async () => {
      await altered.close();
      await org.close();
    },
  };
}

/** The same plan, approved for the very grants that it names and no others, as for a rule that looks at times. */
export function veryGrants(revocations: readonly PlannedRevocation[]): PlannedRevocation[] {
  return revocations.map((one) => ({ ...one, covers: "grants", others: [] }));
}

/** Outcomes by status. */
export function statuses(outcomes: readonly Outcome[]): Record<string, number> {
  return Object.fromEntries(
    [...Map.groupBy(outcomes, ({ status }) => status)].map(([status, some]) => [status, some.length]),
  );
}
