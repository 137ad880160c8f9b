import { expect, it } from "vitest";
import { orgView } from "../../../src/report/org/orgView.ts";
import { sectionsOf } from "../../../src/report/org/sections.ts";
import { tableText } from "../../../src/report/render/terminal.ts";
import { someReport } from "../someReport.ts";

const report = someReport();

it.each(sectionsOf(report, orgView(report)))("$id fits a terminal of 80 columns, indented", ({ table }) => {
  expect(table.size).toBeGreaterThan(0);
  for (const line of tableText(table, 78).split("\n")) expect(line.length).toBeLessThanOrEqual(78);
});
