import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";
import type { FileResult } from "./tally.ts";

/** The environment variable that names the file for the results. */
export const resultsVariable = "SANCTIONED_TEST_RESULTS";

/** A vitest reporter that hands the results of a run to scripts/test.ts, as FileResult[] in JSON. */
export default class ResultsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const results = modules.map(
      (module): FileResult => ({
        failed: module.state() === "failed",
        tests: [...module.children.allTests()].map((test) => test.result().state),
      }),
    );
    const file = process.env[resultsVariable];
    if (file) writeFileSync(file, JSON.stringify(results));
  }
}
