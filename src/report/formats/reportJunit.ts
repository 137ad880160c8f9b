import { Builder } from "xml2js";
import { meaningOf, remedyOf } from "../../decide/codes.ts";
import { printable } from "../../printable.ts";
import type { OrgReport } from "../org/orgReport.ts";
import { type GrantRow, orgView } from "../org/orgView.ts";
import { HELD_BACK } from "../words.ts";

/**
 * A report as JUnit XML, for CI systems that show tests: an app is a suite and a grant a case, failed
 * where it would be revoked and skipped where it is only reported; the findings are a suite of their own.
 */
export function reportJunit(report: OrgReport): string {
  const { plan } = report;
  const { grants } = orgView(report);
  const apps = [...Map.groupBy(grants, ({ app, appId }) => JSON.stringify([app, appId])).values()];
  const suites = [
    ...apps.map((rows) => suite(rows[0]!.app, rows.map(grantCase), plan.asOf)),
    suite(
      "Findings",
      plan.findings.map(({ code, severity, text, policy }) => ({
        name: `${code} (${policy.file}:${policy.line}): ${text}`,
        outcome: severity === "error" ? "failure" : "skipped",
        message: text,
        type: code,
      })),
      plan.asOf,
    ),
  ];
  const sum = (key: "tests" | "failures" | "skipped") =>
    suites.reduce((total, { $ }) => total + Number($[key]), 0);
  const xml = new Builder().buildObject({
    testsuites: {
      $: {
        name: clean(`sanctioned: ${plan.org.name}`),
        tests: sum("tests"),
        failures: sum("failures"),
        errors: 0,
        skipped: sum("skipped"),
      },
      testsuite: suites,
    },
  });
  return `${xml}\n`;
}

interface TestCase {
  readonly name: string;
  readonly outcome: "passed" | "failure" | "skipped";
  readonly message: string;
  readonly type: string;
}

function grantCase({ username, granted, action, code, held, policy }: GrantRow): TestCase {
  return {
    name: `${username}, granted ${granted ?? "at an unknown time"}`,
    outcome: action === "revoke" ? "failure" : action === "report" ? "skipped" : "passed",
    message: `${meaningOf(code)} (${policy})${held === null ? "" : `, ${HELD_BACK[held]}`}; ${remedyOf(code)}`,
    type: code,
  };
}

function suite(name: string, cases: readonly TestCase[], timestamp: string) {
  const count = (outcome: TestCase["outcome"]) => cases.filter((one) => one.outcome === outcome).length;
  return {
    $: {
      name: clean(name),
      tests: cases.length,
      failures: count("failure"),
      errors: 0,
      skipped: count("skipped"),
      timestamp,
    },
    testcase: cases.map((one) => ({
      $: { classname: clean(name), name: clean(one.name) },
      ...(one.outcome === "failure"
        ? { failure: { $: { message: clean(one.message), type: one.type } } }
        : {}),
      ...(one.outcome === "skipped" ? { skipped: { $: { message: clean(one.message) } } } : {}),
    })),
  };
}

/** XML has no way to say most control characters. U+FFFE and U+FFFF are none of Unicode's at all. */
function clean(text: string): string {
  return printable(text).replace(/[\ufffe\uffff]/g, "\u{fffd}");
}
