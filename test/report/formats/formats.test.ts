import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStringPromise } from "xml2js";
import { REPORT_FORMATS, type ReportFormat, render } from "../../../src/report/formats/formats.ts";
import type { OrgReport } from "../../../src/report/org/orgReport.ts";
import { redactUsers } from "../../../src/report/org/redact.ts";
import { withoutAssets } from "../html/reports.ts";
import { HOSTILE_APP, HOSTILE_USER, someReport } from "../someReport.ts";

const EXTENSION: Record<ReportFormat, string> = {
  text: "txt",
  markdown: "md",
  json: "json",
  html: "html",
  csv: "csv",
  sarif: "sarif.json",
  junit: "xml",
  github: "github.txt",
};
const LEVELS = ["error", "warning", "notice"];
const VERSION = "1.2.3";
const output = (format: ReportFormat, report = someReport()) =>
  render(report, format, { version: VERSION }).output;

describe.each(REPORT_FORMATS)("as %s", (format) => {
  it("a report is the same bytes as ever", async () => {
    await expect(withoutAssets(output(format))).toMatchFileSnapshot(
      `golden/report.golden.${EXTENSION[format]}`,
    );
  });

  it("no name moves the cursor, hides text or starts a line", () => {
    const text = output(format).replace(/^\ufeff/, "");
    expect([...text].filter((one) => /[\p{Cc}\p{Cf}]/u.test(one) && !"\r\n".includes(one))).toEqual([]);
  });

  it("a redacted report names no user", () => {
    const text = output(format, redactUsers(someReport()));
    expect(text).not.toMatch(/user\d@|mallory|bot@|it@dieppe/);
    expect(text).not.toMatch(/005\d{12}/);
    expect(text).toContain("Outlook Plugin");
    if (format !== "github") expect(text).toContain("user 5");
  });
});

it("the same inputs give the same bytes, and the end of the process says what was found", () => {
  for (const format of REPORT_FORMATS) expect(output(format)).toBe(output(format));
  const { plan } = someReport();
  const exitCode = (changed: Partial<OrgReport["plan"]>) =>
    render({ ...someReport(), plan: { ...plan, ...changed } }, "text", { version: VERSION }).exitCode;
  expect(exitCode({})).toBe(2);
  expect(exitCode({ revocations: [] })).toBe(0);
  expect(exitCode({ limits: { ...plan.limits, refusal: "too many" } })).toBe(3);
});

it("CSV opens as one row a grant, without a formula", () => {
  const rows = parse(output("csv"), { columns: true, bom: true }) as Record<string, string>[];
  expect(rows).toHaveLength(10);
  for (const row of rows) for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
  expect(rows.filter(({ action }) => action === "revoke")).toHaveLength(4);
  expect(output("csv")).toMatch(/^\ufeffusername,.*\r\n/);
});

describe("SARIF", () => {
  const [run] = (JSON.parse(output("sarif")) as { runs: Run[] }).runs;
  interface Run {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly locations: readonly [
        {
          readonly physicalLocation: {
            readonly artifactLocation: { readonly uri: string };
            readonly region: { readonly startLine: number };
          };
        },
      ];
      readonly partialFingerprints: Record<string, string>;
    }[];
  }

  it("has each result at the line that decided, with a rule that is described", () => {
    for (const { ruleId, ruleIndex, locations } of run!.results) {
      expect(run!.tool.driver.rules[ruleIndex]!.id).toBe(ruleId);
      expect(locations[0].physicalLocation.artifactLocation.uri).toBe("policy/some.yaml");
      expect(locations[0].physicalLocation.region.startLine).toBeGreaterThan(0);
    }
    expect(run!.results.filter(({ level }) => level === "error")).toHaveLength(4);
  });

  it("knows a result again by its fingerprint, whatever changes around it", () => {
    const prints = (report: OrgReport) =>
      (JSON.parse(output("sarif", report)) as { runs: [Run] }).runs[0].results.map(
        ({ partialFingerprints }) => partialFingerprints["sanctioned/v1"],
      );
    const all = prints(someReport());
    expect(new Set(all).size).toBe(all.length);
    const { plan, ...rest } = someReport();
    const later = {
      ...rest,
      plan: {
        ...plan,
        asOf: "2027-01-01T00:00:00.000Z",
        rows: plan.rows.map((row) => ({ ...row, useCount: 99, policy: { ...row.policy, line: 77 } })),
      },
    };
    expect(prints(later)).toEqual(all);
  });
});

it("JUnit counts what is in it", async () => {
  const { testsuites } = await parseStringPromise(output("junit"));
  const cases = testsuites.testsuite.flatMap((suite: { testcase: object[] }) => suite.testcase);
  expect(cases).toHaveLength(Number(testsuites.$.tests));
  expect(cases.filter((one: object) => "failure" in one)).toHaveLength(Number(testsuites.$.failures));
  expect(cases.filter((one: object) => "skipped" in one)).toHaveLength(Number(testsuites.$.skipped));
  expect(testsuites.testsuite.map((suite: { $: { name: string } }) => suite.$.name)).toContain("Slack");
});

it("GitHub gets one annotation for each line and code, errors first", () => {
  const lines = output("github").trim().split("\n");
  for (const line of lines)
    expect(line).toMatch(/^::(error|warning|notice) (file=policy\/some\.yaml,line=\d+,)?title=/);
  expect(new Set(lines.map((line) => line.split("::")[1])).size).toBe(lines.length);
  const levels = lines.map((line) => line.split(/[: ]/)[2]!);
  expect([...new Set(levels)]).toEqual(["error", "warning", "notice"]);
  expect(levels).toEqual(levels.toSorted((a, b) => LEVELS.indexOf(a) - LEVELS.indexOf(b)));
});

describe("Markdown", () => {
  it("every row of a table has its cells, whatever the names", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), (appName, username) => {
        const text = output("markdown", renamed(appName, username));
        const tables = text.split("\n\n").filter((part) => part.startsWith("|"));
        for (const table of tables) expect(new Set(table.split("\n").map(bars)).size).toBe(1);
        expect(tables).toHaveLength(12);
      }),
    );
  });

  it("mentions, references and HTML stand only within code spans", () => {
    const outside = output("markdown").replace(/(`+)[^\n]*?[^`]\1(?!`)/g, "");
    expect(outside).not.toMatch(/@|<script|#\d|https?:/);
  });

  it("stays under GitHub's limit and says how much it left out", () => {
    const { plan, ...rest } = someReport();
    const many = Array.from({ length: 3_000 }, (_, i) => ({
      ...plan.revocations[0]!,
      user: { id: `005${String(i).padStart(15, "0")}`, username: `user${i}@dieppe.example` },
    }));
    const text = output("markdown", { ...rest, plan: { ...plan, revocations: many } });
    expect(text.length).toBeLessThan(65_536);
    expect(text).toMatch(/… and 2,9\d\d more: the HTML report has them all\n/);
    expect(text.match(/<details>/g)).toHaveLength(text.match(/<\/details>/g)!.length);
  });

  /** Bars that divide cells: those that are not escaped. */
  const bars = (row: string) => row.replaceAll("\\|", "").split("|").length - 1;
});

/** The report with other names for the hostile app and user. */
function renamed(appName: string, username: string): OrgReport {
  const text = JSON.stringify(someReport());
  const inside = (value: string) => JSON.stringify(value).slice(1, -1);
  return JSON.parse(
    text
      .replaceAll(inside(HOSTILE_APP), () => inside(appName))
      .replaceAll(inside(HOSTILE_USER), () => inside(username)),
  ) as OrgReport;
}
