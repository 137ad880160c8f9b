import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redactUsers } from "../../../src/report/org/redact.ts";
import { safeJson } from "../../../src/safeJson.ts";
import { HOSTILE_APP, RECORDED, someReport } from "../someReport.ts";

describe("a redacted report", () => {
  const redacted = redactUsers(someReport());

  it("calls a user the same wherever they stand, and apps by their names", () => {
    const of = (id: string) => redacted.plan.users.findIndex((user) => user.id === id);
    expect(redacted.plan.users.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6].map((n) => `user ${n}`));
    for (const { user } of redacted.plan.rows) expect(of(user.id)).toBeGreaterThanOrEqual(0);
    expect(redacted.changes?.newUsers).toEqual(["user 4"]);
    expect(redacted.recorded?.revocations[0]).toMatchObject({
      user: { id: "user 6", username: "user 6" },
      app: { name: HOSTILE_APP },
      why: RECORDED.revocations[0]!.why,
    });
    expect(redacted.plan.exemptions[0]).toMatchObject({ user: "user 3", owner: "user 2" });
    expect(redacted.redacted).toBe(true);
  });

  it("keeps what is nobody's: times, places in the policy, codes and numbers", () => {
    const { plan } = someReport();
    expect(redacted.plan.rows.map(({ user, ...row }) => row)).toEqual(
      plan.rows.map(({ user, ...row }) => row),
    );
    expect(redacted.plan.limits).toEqual(plan.limits);
    expect(redacted.plan.inventory).toEqual(plan.inventory);
  });
});

it("holds no username and no e-mail address, wherever they stood", () => {
  const name = fc.stringMatching(/^[a-z][a-z.+_-]{2,8}@[a-z]{3,8}\.example$/);
  fc.assert(
    fc.property(name, name, (username, other) => {
      const { plan, ...rest } = someReport();
      const report = redactUsers({
        ...rest,
        plan: {
          ...plan,
          users: plan.users.map((user) => ({
            ...user,
            username: user.username?.replace("user1@dieppe.example", username) ?? null,
          })),
          apps: plan.apps.map((app) => ({
            ...app,
            owner: other,
            reason: `${username.toUpperCase()} asked (<${other}>)`,
          })),
          findings: plan.findings.map((finding) => ({
            ...finding,
            text: `a, ${username}: text`,
            user: username,
          })),
        },
      });
      const text = safeJson(report).toLowerCase();
      expect(text).not.toContain(username);
      expect(text).not.toContain(other);
    }),
  );
});
