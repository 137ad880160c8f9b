import baselineSchema from "../../schema/baseline.schema.json" with { type: "json" };
import { isMiscopied, parseAppId, refText } from "../salesforce/id.ts";
import { type Day, parseDay, parseUtc } from "../time.ts";
import { validator } from "../validator.ts";
import { parseSource } from "./document.ts";
import { policyProblems } from "./errors.ts";
import { appRefOf, idIn } from "./layer.ts";
import type { Unfit } from "./namedFile.ts";
import type { Baseline, KnownGrant, Placed } from "./policy.ts";
import type { BaselineFile } from "./policySchema.ts";
import type { Problem } from "./problem.ts";
import { type Path, pathText, type Source } from "./source.ts";
import { schemaProblems } from "./violation.ts";

const baselineValidator = validator<BaselineFile>(baselineSchema);

/** A baseline as its file says it. */
export interface ReadBaseline {
  readonly baseline: Omit<Baseline, "shared">;
}

/** Reads a baseline from the text of a file: the same YAML as a policy. Pure. */
export function parseBaseline(text: string, file: string): ReadBaseline | Unfit {
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

  const day = (text: string, key: "expires" | "written"): Placed<Day> => {
    const found = parseDay(text);
    if (found === null) refuse("day-not-valid", [key], text);
    return { value: found ?? parseDay("9999-12-31")!, position: source.position([key]) };
  };

  const expires = day(data.expires, "expires");
  const written = data.written === undefined ? null : day(data.written, "written");
  const grants = data.grants.map(({ app, user, granted }, i): KnownGrant => {
    const at = (key: string) => source.position(["grants", i, key]);
    const time = granted === undefined ? null : parseUtc(granted);
    if (granted !== undefined && time === null) refuse("time-not-valid", ["grants", i, "granted"], granted);
    const id = idIn(app);
    if (id !== null && isMiscopied(id, parseAppId(id))) refuse("id-miscopied", ["grants", i, "app"], id);
    return {
      app: { value: appRefOf(app), position: at("app") },
      user: { value: user, position: at("user") },
      granted: time,
    };
  });
  problems.push(...knownTwice(grants, source));
  const undated = grants.find(({ granted }) => granted === null);
  if (written === null && undated !== undefined && problems.length === 0)
    problems.push(source.problemAt(undated.app.position, policyProblems["baseline-not-dated"]()));
  if (problems.length > 0) return { problems, isShaped: true };
  return { baseline: { file, expires, written, grants, problemAt: source.problemAt } };
}

/** Grants that are listed twice: one of the two was meant to be another. */
function knownTwice(grants: readonly KnownGrant[], source: Source): Problem[] {
  const seen = new Map<string, KnownGrant>();
  return grants.flatMap((known) => {
    const { app, user, granted } = known;
    const key = JSON.stringify([app.value, user.value.toLowerCase(), granted]);
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, known);
      return [];
    }
    const said = policyProblems["entry-listed-twice"]({
      what: "grant",
      name: `${refText(app.value)}, ${user.value}`,
      other: `in line ${first.app.position.line}`,
    });
    return source.problemAt(app.position, said);
  });
}
