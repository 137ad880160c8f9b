import baselineSchema from "../../schema/baseline.schema.json" with { type: "json" };
import { isMiscopied, parseAppId } from "../salesforce/id.ts";
import { parseDay, parseUtc } from "../time.ts";
import { validator } from "../validator.ts";
import { parseSource } from "./document.ts";
import { policyProblems } from "./errors.ts";
import { appRefOf, idIn } from "./layer.ts";
import type { Baseline } from "./policy.ts";
import type { BaselineFile } from "./policySchema.ts";
import type { Problem } from "./problem.ts";
import { type Path, pathText } from "./source.ts";
import { schemaProblems } from "./violation.ts";

const baselineValidator = validator<BaselineFile>(baselineSchema);

/** Reads a baseline from the text of a file: the same YAML as a policy. Pure. */
export function parseBaseline(
  text: string,
  file: string,
): { baseline: Baseline } | { problems: readonly Problem[] } {
  const parsed = parseSource(text, file);
  if ("problems" in parsed) return parsed;
  const { source } = parsed;
  const { data } = source;
  const matchesSchema = baselineValidator();
  if (!matchesSchema(data)) return { problems: schemaProblems(source, matchesSchema.errors ?? []) };
  const problems: Problem[] = [];
  const refuse = (code: "day-not-valid" | "time-not-valid" | "id-miscopied", path: Path, text: string) => {
    const said = policyProblems[code]({ place: pathText(path), found: `"${text}"` });
    problems.push(source.problemAt(source.position(path), said));
  };

  const lastDay = parseDay(data.expires);
  if (lastDay === null) refuse("day-not-valid", ["expires"], data.expires);
  const grants = data.grants.map(({ app, user, granted }, i) => {
    const time = granted === undefined ? null : parseUtc(granted);
    if (granted !== undefined && time === null) refuse("time-not-valid", ["grants", i, "granted"], granted);
    const id = idIn(app);
    if (id !== null && isMiscopied(id, parseAppId(id))) refuse("id-miscopied", ["grants", i, "app"], id);
    return { app: appRefOf(app), user: user.toLowerCase(), granted: time };
  });
  if (problems.length > 0) return { problems };
  return {
    baseline: { expires: { value: lastDay!, position: source.position(["expires"]) }, grants },
  };
}
