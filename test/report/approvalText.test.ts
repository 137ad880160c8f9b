import { expect, it } from "vitest";
import { commentOn } from "../../src/pullRequest/comment.ts";
import { approvalStateText, approvalText } from "../../src/report/approvalText.ts";
import { render } from "../../src/report/formats/formats.ts";
import { planText } from "../../src/report/planText.ts";
import { someReport } from "./someReport.ts";

const SAID = "An update revokes nothing of it without 2 signed approvals (docs/approvals.md).";
const { plan } = someReport();
const wanting = { ...plan, policy: { ...plan.policy, approvals: 2 } };

/** Every text that says what would be revoked. */
const texts = (one: typeof plan) => [
  planText(one),
  commentOn(one, null).body,
  ...(["text", "markdown", "html"] as const).map(
    (format) => render({ ...someReport(), plan: one }, format, { version: "1" }).output,
  ),
];

it("whatever says what would be revoked says how many approvals that takes", () => {
  for (const text of texts(wanting)) expect(text).toContain(SAID);
  for (const text of texts(plan)) expect(text).not.toContain("signed approval");
  for (const text of texts({ ...wanting, revocations: [] })) expect(text).not.toContain("signed approval");
});

it("whoever approves a plan sees no name that moves the cursor or hides text", () => {
  const hostile = { ...wanting, org: { ...plan.org, id: "00D\u001b[2J" } };
  const state = { file: "p.\u202esig", principals: ["ada"], why: "of\u001b[2J" };
  const text = [
    approvalText(hostile, "p\u001b.json"),
    approvalStateText({ wanted: 2, signedBy: [], signatures: [state], excludedUnknown: ["x\u001b"] }),
  ].join("");
  expect([...text].filter((one) => /[\p{Cc}\p{Cf}]/u.test(one) && one !== "\n")).toEqual([]);
});

it("the command that shows each line is one that a shell takes, whatever the file is called", () => {
  expect(approvalText(plan, "plans/it's $(x).json")).toContain(
    "Each line: npx sanctioned report --plan 'plans/it'\\''s $(x).json'\n",
  );
  expect(approvalText(plan, "-p.json")).toContain("report --plan=-p.json\n");
});
