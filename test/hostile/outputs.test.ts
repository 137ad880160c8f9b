import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { explain } from "../../src/decide/explain.ts";
import { shownError } from "../../src/errors.ts";
import { planErrors } from "../../src/plan/errors.ts";
import { type Evaluation, evaluate } from "../../src/plan/evaluate.ts";
import { appLabels } from "../../src/plan/label.ts";
import { revocationMap } from "../../src/plan/plan.ts";
import { planFile } from "../../src/plan/planFile.ts";
import type { FullPlan, PlanFile } from "../../src/plan/planSchema.ts";
import { policyProblems } from "../../src/policy/errors.ts";
import { parsePolicy, policyFromObject } from "../../src/policy/load.ts";
import { meantText } from "../../src/policy/nearest.ts";
import { formatProblems, PolicyError } from "../../src/policy/problem.ts";
import { summarizePolicy } from "../../src/policy/summary.ts";
import { baselineFile } from "../../src/policy/write/baselineFile.ts";
import { draftPolicy } from "../../src/policy/write/draft.ts";
import { mergedFile } from "../../src/policy/write/mergedFile.ts";
import { printable, shownJson } from "../../src/printable.ts";
import { commentOn, failureBody } from "../../src/pullRequest/comment.ts";
import { cleanIssue, driftIssue } from "../../src/pullRequest/driftIssue.ts";
import { fleetCommentOn } from "../../src/pullRequest/fleetComment.ts";
import { fleetIssue } from "../../src/pullRequest/fleetIssue.ts";
import { checkLines } from "../../src/pulumi/checkLines.ts";
import { shownAsText } from "../../src/pulumi/engineValue.ts";
import { policyLines } from "../../src/pulumi/policyLines.ts";
import { approvalText } from "../../src/report/approvalText.ts";
import { byHandText } from "../../src/report/byHandText.ts";
import { explainJson, explainText, standingExplained } from "../../src/report/explanations.ts";
import { FLEET_REPORT_FORMATS, renderFleet } from "../../src/report/fleet/fleetFormats.ts";
import { REPORT_FORMATS, render } from "../../src/report/formats/formats.ts";
import { connectedUsers } from "../../src/report/list/connectedUsers.ts";
import { listCsv, listJson, listText } from "../../src/report/list/listFormats.ts";
import { buildReport } from "../../src/report/org/buildReport.ts";
import { outcomesText } from "../../src/report/outcomesText.ts";
import { planText } from "../../src/report/planText.ts";
import { problemsGithub, problemsJson } from "../../src/report/problems/problemFormats.ts";
import { problemsSarif } from "../../src/report/problems/problemsSarif.ts";
import { tableMarkdown } from "../../src/report/render/markdown.ts";
import { tableOf } from "../../src/report/render/table.ts";
import { resolveProblems } from "../../src/resolve/errors.ts";
import { planByHand } from "../../src/run/byHand.ts";
import { safeJson } from "../../src/safeJson.ts";
import type { Day } from "../../src/time.ts";
import { eventOf } from "../../src/watch/condition.ts";
import { conditionsOf } from "../../src/watch/conditions.ts";
import { slack } from "../../src/watch/sinks/slack.ts";
import { stdout } from "../../src/watch/sinks/stdout.ts";
import { teams } from "../../src/watch/sinks/teams.ts";
import {
  AS_OF,
  app,
  grant,
  inventoryOf,
  like,
  link,
  NO_STANDING_ACCESS,
  provider,
  sfId,
  user,
} from "../inventories.ts";
import { fleetOf } from "../report/fleet/someFleet.ts";
import { APPS, ORGS, SPELLED, USERS } from "./hostileNames.ts";
import { cellsIn, coloursIn, commandsIn, hiddenIn, linksIn, sarifMessage } from "./readers.ts";

const DAY = "2026-11-23" as Day;
const BECAUSE = { reason: "::error::x ##[error] @everyone #1 GH-1", owner: "[x](http://evil.example)" };

/** An org in which every app, user and the org itself is called so, held against a policy that names some of them. */
function held(names: readonly string[], usernames: readonly string[], perApp: number): Evaluation {
  const users = usernames.map((username, i) => user(i + 1, { username, name: username, isActive: i !== 3 }));
  const registered = ["Slack", "::error::pwned", "GH-1", "", "a ##[error]that it could be of"].map(
    (name, i) => app(name, sfId("0H4", i + 1)),
  );
  const apps = [...registered, ...names.map((name) => app(name)), like(registered.at(-1)!)];
  const providers = [...names.slice(0, 40), ""].map((name) => provider(name));
  const userOf = (i: number) => users[i % users.length]!.id;
  const policy = policyFromObject(
    {
      version: 1,
      org: { name: ORGS[0] },
      unlisted: "revoke",
      platformApps: "revoke",
      unlistedIdentityProviders: "report",
      limits: { revocations: 10_000, percent: 100, perApp },
      apps: [
        { name: names[2], users: { usernames: [usernames[0]] }, ...BECAUSE },
        { name: names[12], users: "everyone", reviewBy: "2026-11-01", ...BECAUSE },
        { name: names[13], sanctioned: false, ...BECAUSE },
      ],
      exemptions: [{ app: { name: names[1] }, user: usernames[1], expires: "2026-11-30", ...BECAUSE }],
      highPrivilege: { profiles: ["Sales User"] },
      protected: { users: [usernames[2]], apps: [{ name: names[3] }] },
      offboarded: [usernames[4]],
    },
    "policy/::error::some.yaml",
  );
  if ("problems" in policy) throw new PolicyError(policy.problems);
  const inventory = inventoryOf({
    users,
    grants: [
      ...apps.map((one, i) => grant(userOf(i), one)),
      ...providers.map((one, i) => link(userOf(i), one)),
    ],
    apps: [...apps, ...providers],
    standingAccess: {
      ...NO_STANDING_ACCESS,
      entries: names.slice(0, 60).map((name, i) => ({
        kind: i % 2 === 0 ? "unnamed-flow" : "session",
        app: i % 3 === 0 ? apps[i]! : null,
        name,
        couldBe: [],
        userId: userOf(i),
        through: [name],
        lastSeen: AS_OF,
        knownBy: ["logins"],
      })),
    },
  });
  const org = { ...inventory.org, name: ORGS[0]! };
  return evaluate(policy.policy, { ...inventory, org }, AS_OF);
}

interface Output {
  readonly name: string;
  readonly text: string;
}

/** What the verbs print and the files that people review, as they print and write it. */
function outputsOf(whole: Evaluation, refused: Evaluation): Output[] {
  const { inventory, resolved, policy, decisions, asOf, plan } = whole;
  const full = planFile(whole, { all: true });
  const report = buildReport(full, { plan: { ...full, rows: full.rows.slice(50) } }, null);
  const lists = (["app", "user"] as const).map((by) => connectedUsers(inventory, { by }));
  const explanations = explain({ resolved, inventory, asOf }, inventory.grants);
  const asked = { hypothetical: false, saidOf: () => [] };
  const before = { ...full, revocations: full.revocations.slice(20), findings: full.findings.slice(3) };
  const outcomes = plan.revocations.map((revocation) => ({
    revocation,
    status: "failed" as const,
    reason: `no answer for ${revocation.app.name}`,
  }));
  const sessions = { found: 9, ended: 1, jwt: 0, opened: 0, untold: 0, shared: 0, problems: [] };
  const whose = plan.revocations.map(({ appLabel, userLabel }) => `${appLabel}, ${userLabel}`);
  const audit = { file: ".sanctioned/::error::x.jsonl", head: "0".repeat(64), missing: null, before: null };
  const summary = shownAsText({ org: printable(inventory.org.name), policy: summarizePolicy(policy) });
  const names = inventory.apps.map(({ name }) => name);
  const approvals = {
    wanted: 2,
    signedBy: names,
    signatures: names.map((name) => ({ file: name, principals: [name], why: name })),
    excludedUnknown: names,
  };
  const approval = {
    kind: "plan",
    file: names[0]!,
    digest: "0".repeat(64),
    lifts: null,
    signedBy: [],
  } as const;
  const proposal = { drift: 1, since: { left: 1, more: 1 }, approval, approvals };
  return [
    ...REPORT_FORMATS.map((format) => ({
      name: `report ${format}`,
      text: render(report, format, { version: "1.2.3" }).output,
    })),
    { name: "plan", text: planText(full) },
    { name: "plan, refused", text: planText(planFile(refused, { all: true })) },
    { name: "approve", text: approvalText(full, policy.file) },
    { name: "plan json", text: safeJson(full) },
    ...lists.flatMap((list) => [
      { name: `list by ${list.by}`, text: listText(list, inventory) },
      { name: `list by ${list.by}, csv`, text: listCsv(list) },
      { name: `list by ${list.by}, json`, text: listJson(list, inventory) },
    ]),
    { name: "explain", text: explainText(explanations, inventory, asked) },
    { name: "explain json", text: explainJson(explanations, inventory, asked) },
    { name: "explain, without", text: standingExplained(whole.findings, { user: null, apps: null }) },
    { name: "revoke", text: byHandText(whole, planByHand(whole, {}, { raised: null })) },
    { name: "revoked", text: outcomesText(outcomes, { ...sessions, whose }, audit).text },
    { name: "comment markdown", text: commentOn(full, before).body },
    { name: "comment, first markdown", text: commentOn(full, null).body },
    { name: "comment, refused markdown", text: commentOn(planFile(refused, { all: false }), before).body },
    { name: "comment, failed markdown", text: failureBody(planText(full), policy.file) },
    { name: "issue markdown", text: `${driftIssue(full)!.title}\n\n${driftIssue(full)!.body}` },
    { name: "issue, clean markdown", text: cleanIssue(full).body },
    ...fleetOutputs(full, before),
    { name: "draft file", text: draftPolicy(inventory, DAY) },
    {
      name: "baseline file",
      text: baselineFile(inventory.grants, inventory, { expires: DAY, written: DAY }),
    },
    { name: "merged file", text: mergedFile(policy) },
    {
      name: "pulumi",
      text: checkLines(
        { evaluation: whole, ...proposal },
        { policy: policyLines({}, summary.policy, { withValues: true }) },
      ).join("\n"),
    },
    { name: "pulumi map", text: asEngine({ ...summary, revocations: revocationMap(plan) }).join("\n") },
    {
      name: "record file",
      text: decisions.map(({ grant: { app } }) => shownJson(JSON.stringify({ app }))).join("\n"),
    },
  ];
}

/** The same org as one of a fleet, beside one that is over its limits and one that could not be judged. */
function fleetOutputs(plan: FullPlan, base: PlanFile): Output[] {
  const text = plan.apps.map(({ name }) => name).join(" ");
  const plans = fleetOf([
    { name: "hostile", plan, base },
    { name: "over", plan: { ...plan, limits: { ...plan.limits, refusal: text } } },
    { name: "gone", status: "unreachable", problem: { code: "host-not-reachable", text } },
  ]);
  const issue = fleetIssue(plans, null)!;
  return [
    ...FLEET_REPORT_FORMATS.map((format) => ({
      name: `fleet report ${format}`,
      text: renderFleet(plans, format, { version: "1.2.3" }),
    })),
    { name: "fleet report, all, csv", text: renderFleet(plans, "csv", { version: "1.2.3", all: true }) },
    { name: "fleet comment markdown", text: fleetCommentOn(plans).body },
    { name: "fleet issue markdown", text: `${issue.title}\n\n${issue.body}` },
  ];
}

/** Data as the engine prints it: what is JSON in a text too. */
function asEngine(data: unknown): string[] {
  if (typeof data === "string") {
    const inner = /^\s*[{[]/.test(data) ? attempt(() => JSON.parse(data) as unknown) : undefined;
    return inner === undefined ? [JSON.stringify(data)] : asEngine(inner);
  }
  if (data === null || typeof data !== "object") return [String(data)];
  return Object.entries(data).flatMap(([key, value]) => [`            ${key}   : {`, ...asEngine(value)]);
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

const WHOLE = held(APPS, USERS, 10_000);
const OUTPUTS = outputsOf(WHOLE, held(APPS, USERS, 0));
const outputNamed = (wanted: string) => OUTPUTS.find(({ name }) => name === wanted)!.text;

describe.each(OUTPUTS)("$name", ({ name, text }) => {
  it("is obeyed by no runner", () => {
    const own = /^::(error|warning|notice) (file=[^,:]*,line=\d+,)?title=sanctioned[^:]*::/;
    const lines = name === "report github" ? text.split("\n").map((line) => line.replace(own, "")) : [text];
    expect(commandsIn(lines.join("\n"))).toEqual([]);
    if (!name.endsWith(" file") && !/json|sarif/.test(name)) expect(coloursIn(text)).toEqual([]);
  });

  it("hides nothing", () => {
    expect(hiddenIn(text)).toEqual([]);
  });

  if (name.endsWith("markdown"))
    it("holds no link, mention or reference", () => {
      expect(linksIn(text)).toEqual([]);
    });
});

it("no escape is escaped once more", () => {
  const names = APPS.filter((name) => !SPELLED.includes(name));
  for (const { name, text } of outputsOf(held(names, USERS, 10_000), held(names, USERS, 0)))
    expect([name, text.match(/.{40}u\{5c\}.{20}/)?.[0]]).toEqual([name, undefined]);
});

it("a message in SARIF is the text, and no link", () => {
  const { runs } = JSON.parse(outputNamed("report sarif")) as {
    runs: [{ results: { message: { text: string } }[] }];
  };
  const messages = runs[0].results.map(({ message }) => sarifMessage(message.text));
  expect(messages.flatMap(({ links }) => links)).toEqual([]);
  expect(outputNamed("report sarif")).toContain(JSON.stringify("\\[vulnerability:1\\]").slice(1, -1));
  const all = messages.map(({ text }) => text).join("\n");
  for (const name of ["a\\|b|c", "<!channel>", "SlackX".replace("X", "\\u{200b}")])
    expect(all).toContain(name);
});

it("each name stands whole in a cell of Markdown", () => {
  const table = tableOf(
    APPS.map((name) => ({ name })),
    { app: { title: "App", kind: "text", value: ({ name }) => name } },
  );
  const cells = cellsIn(tableMarkdown(table, APPS.length, ""));
  expect(cells).toEqual(
    APPS.map((name) =>
      printable(name)
        .replace(/(?<=\\)\|/g, "\\u{7c}")
        .trim(),
    ),
  );
});

it.each([
  "fleet report csv",
  "fleet report, all, csv",
  "report csv",
  "list by app, csv",
  "list by user, csv",
])("no cell of %s is a formula", (name) => {
  for (const row of parse(outputNamed(name), { bom: true }) as string[][])
    for (const cell of row) expect(cell).not.toMatch(/^[=+\-@\t\r\uff0b\uff0d\uff1d\uff20]/);
});

it("every app has a line of its own in each list, and every user one of the map", () => {
  const { inventory, plan } = WHOLE;
  const rows = parse(outputNamed("list by app, csv"), { columns: true }) as { app: string }[];
  expect(new Set(rows.map((row) => row.app)).size).toBe(inventory.apps.length);
  const lines = Object.values(revocationMap(plan)).flatMap((users) => Object.keys(users));
  expect(lines).toHaveLength(plan.revocations.length);
  expect(new Set([...appLabels(inventory).values()].map(printable)).size).toBe(inventory.apps.length);
});

it("what was written to be reviewed says the very names", () => {
  const { inventory } = WHOLE;
  const draft = parseYaml(outputNamed("draft file")) as { apps: { name?: string; id?: string }[] };
  const named = new Set(draft.apps.map(({ name }) => name));
  // Of several apps that share a name those without an id cannot be named, and no name of blanks can.
  for (const { name, id } of inventory.apps)
    if (id !== null && name !== "") expect([...named]).toContain(name);
  const baseline = parseYaml(outputNamed("baseline file")) as { grants: { user: string }[] };
  expect(new Set(baseline.grants.map(({ user: one }) => one))).toEqual(new Set(USERS));
  expect(parsePolicy(outputNamed("draft file"), "draft.yaml")).toHaveProperty("policy");
});

it("no error and no problem of a policy is obeyed or hides anything", () => {
  const errors = APPS.map((name) =>
    shownError(planErrors["app-not-found"]({ app: name, org: name, meant: meantText(name, [`${name}s`]) })),
  );
  const problems = APPS.slice(0, 90).flatMap((name) => {
    const found = policyFromObject({ version: 1, unlisted: name, [name]: name }, name);
    return "problems" in found ? found.problems : [];
  });
  expect(problems.length).toBeGreaterThan(90);
  const texts = [
    errors.join("\n"),
    formatProblems(problems),
    problemsJson(problems),
    problemsGithub(problems).replace(/^::error title=sanctioned[^:]*::/gm, ""),
    problemsSarif(problems, { ...policyProblems, ...resolveProblems }, "1.2.3"),
  ];
  for (const text of texts) {
    expect(commandsIn(text)).toEqual([]);
    expect(hiddenIn(text)).toEqual([]);
  }
});

describe("an event that is delivered", () => {
  const conditions = conditionsOf(WHOLE);
  const org = { id: WHOLE.inventory.org.id, name: ORGS[0]! };
  const events = [...conditions, { ...conditions[0]!, text: APPS.join(" ") }].map((condition) =>
    eventOf(
      condition,
      "begun",
      { org, instanceUrl: WHOLE.inventory.org.instanceUrl, inOrg: org.name, policy: null, runbook: null },
      AS_OF,
    ),
  );

  it("is a line of JSON on stdout, of the same values", async () => {
    const lines: string[] = [];
    const sink = stdout((text, taken) => {
      lines.push(text);
      taken();
    });
    for (const event of events) await sink.send(event, new AbortController().signal);
    expect(lines.map((line) => JSON.parse(line))).toEqual(JSON.parse(JSON.stringify(events)));
    expect(commandsIn(lines.join(""))).toEqual([]);
    expect(hiddenIn(lines.join(""))).toEqual([]);
  });

  it("is text in Slack and in Teams, without a mention or a link", async () => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        bodies.push(Buffer.concat(chunks).toString("utf8"));
        response.end("ok");
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const env = { SANCTIONED_SLACK_WEBHOOK: url, SANCTIONED_TEAMS_WEBHOOK: url };
    for (const sink of [slack(env), teams(env)])
      for (const event of events.slice(-3)) await sink.send(event, new AbortController().signal);
    server.close();
    const sent = bodies.map((body) => JSON.parse(body));
    for (const { text, mrkdwn, blocks } of sent.slice(0, 3)) {
      expect(mrkdwn).toBe(false);
      expect(text).not.toMatch(/[<>]/);
      expect(blocks[0].text.type).toBe("plain_text");
      expect(hiddenIn(blocks[0].text.text)).toEqual([]);
    }
    for (const { attachments } of sent.slice(3)) {
      const [{ inlines, type }] = attachments[0].content.body;
      expect([type, inlines.map((one: { type: string }) => one.type)]).toEqual([
        "RichTextBlock",
        ["TextRun"],
      ]);
      expect(hiddenIn(inlines[0].text)).toEqual([]);
    }
  });
});
