import { UserError } from "../errors.ts";
import { parsePlanFile } from "../plan/parsePlanFile.ts";
import type { PlanFile } from "../plan/schema.ts";
import { printable } from "../printable.ts";
import { readTextFile } from "./readTextFile.ts";

/** A plan that `plan --out` or `plan --format json` wrote. @throws UserError where it is none, or was changed */
export function readPlanFile(file: string): PlanFile {
  return parsePlanFile(readTextFile(file, "The plan"), (why) => {
    throw new UserError(
      `The plan ${printable(file)} ${why}: make a new one with \`npx sanctioned plan --out\`.`,
    );
  });
}
