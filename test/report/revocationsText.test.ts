import { describe, expect, it } from "vitest";
import type { PlanFile } from "../../src/plan/planSchema.ts";
import { groupsText, revocationLines } from "../../src/report/revocationsText.ts";

type Revocation = PlanFile["revocations"][number];

const NAMING = { all: false, command: "npx sanctioned plan --all" };
const TERMINAL = { width: 80, color: false };

function revocation(app: string, user: string, reauthorize: Revocation["reauthorize"] = "yes"): Revocation {
  return {
    user: { id: `005${app}${user}`, username: `${user}@dieppe.example` },
    app: { id: null, name: app, kind: "unknown" },
    grants: [{ granted: "2023-05-04T09:12:00.000Z", lastUsed: "2024-01-17T07:40:31.000Z", useCount: 3 }],
    code: "app-not-listed",
    policy: { file: "policy/acme.yaml", line: 6 },
    covers: "pair",
    others: [],
    reason: "app not listed (policy/acme.yaml:6); granted 2023-05-04, last used 2024-01",
    reauthorize,
  };
}
const many = (app: string, count: number, reauthorize: Revocation["reauthorize"] = "yes") =>
  Array.from({ length: count }, (_, i) => revocation(app, `user${i}`, reauthorize));

describe("revocations on a terminal", () => {
  it("are by app and reason, a line for each user, with what repeats said once", () => {
    const some = [...many("Slack", 2, "if-approved"), revocation("Drift", "ada", "if-approved")];
    expect(revocationLines(some, TERMINAL, NAMING)).toEqual([
      "- Slack: app not listed (policy/acme.yaml:6), 2 users *",
      "  - user0@dieppe.example  granted 2023-05-04, last used 2024-01",
      "  - user1@dieppe.example  granted 2023-05-04, last used 2024-01",
      "- Drift: app not listed (policy/acme.yaml:6), 1 user *",
      "  - ada@dieppe.example  granted 2023-05-04, last used 2024-01",
      "* can authorize it again only with Approve Uninstalled Connected Apps",
    ]);
  });

  it("name each user whole, whatever the width, and the line of the policy where a group has several", () => {
    const other = {
      ...revocation("Drift", `${"a".repeat(80)}`),
      policy: { file: "policy/acme.yaml", line: 9 },
    };
    const lines = revocationLines(
      [revocation("Drift", "ada"), { ...other, reason: other.reason.replace(":6", ":9") }],
      { width: 40, color: false },
      NAMING,
    );
    expect(lines.join("").replaceAll(" ", "")).toContain(`${"a".repeat(80)}@dieppe.example`);
    expect(lines.join(" ").replace(/ +/g, " ")).toContain("last used 2024-01 (policy/acme.yaml:9)");
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
  });

  it("of more users than fit begin with a table that leaves no app out, and say what names each", () => {
    const apps = Array.from({ length: 30 }, (_, i) =>
      many(`App ${i}`, 20 + i, i === 0 ? "if-approved" : "yes"),
    ).flat();
    const lines = revocationLines(apps, TERMINAL, NAMING);
    for (let i = 0; i < 30; i++)
      expect(lines.filter((line) => new RegExp(`^App ${i} [ *] *${20 + i} +`).test(line))).toHaveLength(1);
    expect(lines.slice(-3)).toEqual([
      "* can authorize it again only with Approve Uninstalled Connected Apps",
      "",
      "Each user by name: npx sanctioned plan --all",
    ]);
    const few = revocationLines(many("Slack", 186), TERMINAL, NAMING);
    expect(few).toContain("    user0@dieppe.example, user100@dieppe.example, user101@dieppe.example and 183");
  });

  it.each([
    ["that is asked for every name", TERMINAL, { ...NAMING, all: true }],
    ["that is a pipe", { width: null, color: false }, NAMING],
  ])("name each %s", (_what, terminal, naming) => {
    const lines = revocationLines(many("Slack", 300), terminal, naming);
    expect(lines.filter((line) => /^ {2}- user\d+@/.test(line))).toHaveLength(300);
    expect(lines.join("\n")).not.toContain("more");
  });

  it("are red, and in one line say how much of what goes", () => {
    const [head] = revocationLines(many("Slack", 1), { width: 80, color: true }, NAMING);
    expect(head).toBe("\u001b[31m- Slack: app not listed (policy/acme.yaml:6), 1 user\u001b[39m");
    expect(groupsText([...many("Slack", 2), revocation("Drift", "ada")])).toBe(
      "2 × Slack (app not listed), 1 × Drift (app not listed)",
    );
  });
});
