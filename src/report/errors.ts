import { declareErrors } from "../errors.ts";

const REMEDY =
  "Name a file that `npx sanctioned report --format json` or `npx sanctioned plan --format json --all` wrote.";

export const reportErrors = declareErrors({
  "report-not-json": {
    kind: "user",
    text: "{file} is not valid JSON.",
    remedy: REMEDY,
    example: { file: "report.json" },
  },
  "report-of-another-release": {
    kind: "user",
    text: "{file} is a report of another release.",
    remedy: REMEDY,
    example: { file: "report.json" },
  },
  "report-not-recognized": {
    kind: "user",
    text: "{file} is not a report or plan of this release.",
    remedy: REMEDY,
    example: { file: "report.json" },
  },
  "report-without-grants": {
    kind: "user",
    text: "{file} holds no grants, only their counts.",
    remedy: REMEDY,
    example: { file: "plan.json" },
  },
  "report-changed": {
    kind: "user",
    text: "{file} was changed after it was written.",
    remedy: REMEDY,
    example: { file: "report.json" },
  },
});
