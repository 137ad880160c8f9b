import { meaningOf, remedyOf } from "../../decide/codes.ts";
import { amount, compareText } from "../../text.ts";
import { breachesOf } from "../org/breaches.ts";
import { headlineOf } from "../org/headline.ts";
import type { OrgReport } from "../org/orgReport.ts";
import { orgView } from "../org/orgView.ts";
import { annotation } from "../render/workflowCommand.ts";

const LEVELS = { error: "error", warning: "warning", note: "notice" } as const;

/**
 * What breaks the policy as annotations: one for each line of the policy and code, since GitHub shows ten
 * of a step. The headline comes last, in the log alone.
 */
export function reportGithub(report: OrgReport): string {
  const view = orgView(report);
  const byLine = Map.groupBy(breachesOf(report, view), ({ severity, code, policy }) =>
    JSON.stringify([Object.keys(LEVELS).indexOf(severity), policy.file, policy.line, code]),
  );
  const annotations = [...byLine]
    .sort(([a], [b]) => compareText(a, b))
    .map(([, breaches]) => {
      const { code, severity, text, policy } = breaches[0]!;
      return annotation({
        level: LEVELS[severity],
        title: `sanctioned: ${code}`,
        message:
          breaches.length === 1
            ? text
            : `${amount(breaches.length, "time")} ${meaningOf(code)}, as in: ${text.split("; ")[0]}; ${remedyOf(code)}`,
        file: policy.file,
        line: policy.line,
      });
    });
  const headline = annotation({
    level: "notice",
    title: "sanctioned",
    message: `${headlineOf(report, view).text}.`,
    file: "",
    line: 0,
  });
  return [...annotations, headline].join("");
}
