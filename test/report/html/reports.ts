import { createHash } from "node:crypto";
import type { Inventory } from "../../../src/inventory/inventory.ts";
import { evaluate } from "../../../src/plan/evaluate.ts";
import { planFile } from "../../../src/plan/planFile.ts";
import { parsePolicy } from "../../../src/policy/load.ts";
import { formatProblems } from "../../../src/policy/problem.ts";
import { SCRIPT, STYLE } from "../../../src/report/html/assets.generated.ts";
import type { FullPlan, OrgReport } from "../../../src/report/org/orgReport.ts";
import { AS_OF, app, grant, inventoryOf, sfId, user } from "../../inventories.ts";

const DAY = 86_400_000;

/** A report of an inventory, held against a policy in YAML; `more` is what else a report may tell. */
export function reportOf(inventory: Inventory, yaml: string, more: Partial<OrgReport> = {}): OrgReport {
  const result = parsePolicy(yaml, "policy/test.yaml");
  if ("problems" in result) throw new Error(formatProblems(result.problems));
  return {
    version: 1,
    kind: "sanctioned-report",
    plan: planFile(evaluate(result.policy, inventory, AS_OF), { all: true }) as FullPlan,
    since: null,
    changes: null,
    recorded: null,
    redacted: false,
    ...more,
  };
}

/** 20,000 grants of 4,000 users for 40 apps, every fourth of which the policy does not list; each grant one day older than the one before, up to four years. */
export function largeReport(): OrgReport {
  const users = Array.from({ length: 4_000 }, (_, i) => user(i));
  const apps = Array.from({ length: 40 }, (_, i) => app(`App ${i}`, sfId("0H4", i)));
  const grants = users.flatMap(({ id }, u) =>
    Array.from({ length: 5 }, (_, g) =>
      grant(id, apps[(u * 5 + g) % apps.length]!, {
        createdAt: AS_OF - ((u * 5 + g) % 1461) * DAY,
        lastUsedAt: g === 4 ? null : AS_OF - ((u + g) % 200) * DAY,
        useCount: (u * 7 + g) % 1000,
      }),
    ),
  );
  const listed = apps.filter((_, i) => i % 4 !== 3);
  return reportOf(
    inventoryOf({ users, apps, grants }),
    `version: 1\nunlisted: report\napps:\n${listed
      .map(({ name, id }) => `  - { name: ${name}, id: ${id}, owner: it, reason: x, users: everyone }\n`)
      .join("")}`,
  );
}

/** A page without its style and its script, which would make up most of a file to compare it with. */
export function withoutAssets(html: string): string {
  const hash = (text: string) => `sha256-${createHash("sha256").update(text).digest("base64")}`;
  return html
    .replace(STYLE, () => "(style)")
    .replace(SCRIPT, () => "(script)")
    .replace(hash(STYLE), "(hash of the style)")
    .replace(hash(SCRIPT), "(hash of the script)");
}
