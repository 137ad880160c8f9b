import { describe, expect, it } from "vitest";
import { type AuditEvent, hashOf, NO_LINE } from "../../../src/audit/line.ts";
import { recordedPeriod } from "../../../src/report/org/recorded.ts";

const ORG = "00D000000000001EAA";
const URL_OF_ORG = "https://dieppe.example";
const ANN = { id: "005000000000001AAA", username: "ann@dieppe.example" };
const SLACK = { id: null, name: "Slack" };
const policy = { file: "policy/some.yaml", line: 7 };

/** A record of events, each a second after the one before, from 2026-11-20T08:00:00Z. */
function record(events: readonly (AuditEvent & { run: string })[]): string {
  let prev = NO_LINE;
  return events
    .map((event, i) => {
      const at = new Date(Date.parse("2026-11-20T08:00:00Z") + i * 1000).toISOString();
      const line = JSON.stringify({ v: 1, seq: i + 1, at, prev, ...event });
      prev = hashOf(line);
      return `${line}\n`;
    })
    .join("");
}

function run(name: string, org = ORG, reason: string | null = null): (AuditEvent & { run: string })[] {
  return [
    {
      run: name,
      event: "run-start",
      org: { id: org, name: "Dieppe" },
      actor: { userId: "005", username: "bot@dieppe.example", ci: null },
      policy: null,
      plan: "",
      revocations: 1,
      reason,
      raisedLimits: null,
      approval: null,
      before: null,
    },
    {
      run: name,
      event: "revoking",
      call: 1,
      user: ANN,
      app: SLACK,
      granted: [null],
      code: "idle",
      policy,
      through: "delete-token",
    },
    { run: name, event: "answered", call: 1, answer: "accepted", reason: "" },
    { run: name, event: "outcome", user: ANN, app: SLACK, status: "revoked", reason: "gone" },
    { run: name, event: "run-end", outcomes: { revoked: 1 }, stopped: null },
  ];
}

const always = { orgId: ORG, instanceUrl: URL_OF_ORG, from: 0, to: Date.parse("2027-01-01T00:00:00Z") };

describe("what a record tells of a period", () => {
  it("each outcome, by whom, under which line of the policy and for which reason", () => {
    expect(recordedPeriod(record(run("1", ORG, "Left (HR-81)")), [], always)).toMatchObject({
      whole: true,
      revocations: [
        {
          at: "2026-11-20T08:00:03.000Z",
          user: ANN,
          app: SLACK,
          status: "revoked",
          actor: "bot@dieppe.example",
          why: "no token issued for longer than allowed (policy/some.yaml:7): Left (HR-81)",
        },
      ],
    });
  });

  it("from its first moment to its last, and of no other org", () => {
    const text = record([...run("1"), ...run("2", "00D000000000009EAA"), ...run("3")]);
    const found = (from: string, to: string) =>
      recordedPeriod(text, [], {
        orgId: ORG,
        instanceUrl: URL_OF_ORG,
        from: Date.parse(from),
        to: Date.parse(to),
      }).revocations.map(({ at }) => at.slice(17, 19));
    expect(found("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z")).toEqual(["03", "13"]);
    expect(found("2026-11-20T08:00:03Z", "2026-11-20T08:00:12Z")).toEqual(["03"]);
    expect(found("2026-11-20T08:00:04Z", "2026-11-20T08:00:13Z")).toEqual(["13"]);
  });

  it("of no other local org, which has the same id at another port", () => {
    const at = (instanceUrl?: string) => {
      const [start, ...rest] = run("1");
      const org = { id: ORG, name: "Dieppe", ...(instanceUrl === undefined ? {} : { instanceUrl }) };
      return record([{ ...start!, org } as (typeof rest)[number], ...rest]);
    };
    const told = (text: string, instanceUrl: string) =>
      recordedPeriod(text, [], { ...always, instanceUrl }).revocations.length;
    expect(told(at("http://127.0.0.1:4000"), "http://127.0.0.1:4000")).toBe(1);
    expect(told(at("http://127.0.0.1:4000"), "http://127.0.0.1:4001")).toBe(0);
    expect(told(at("http://127.0.0.1:4000"), URL_OF_ORG)).toBe(0);
    // A My Domain may be given another name, and older records name none.
    expect(told(at("https://old.example"), URL_OF_ORG)).toBe(1);
    expect(told(at(), "http://127.0.0.1:4001")).toBe(1);
  });

  it("a record that was edited or cut is said not to be whole, and what can be read is told", () => {
    const text = record(run("1"));
    expect(recordedPeriod(text.replace("Slack", "Slick"), [], always).whole).toBe(false);
    expect(recordedPeriod(text, ["f".repeat(64)], always).whole).toBe(false);
    const cut = recordedPeriod(text.slice(0, -20), [], always);
    expect([cut.whole, cut.revocations.length]).toEqual([false, 1]);
  });
});
