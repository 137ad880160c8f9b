import { isUtf8 } from "node:buffer";
import path from "node:path";
import { LARGEST_BYTES } from "../policy/document.ts";
import { PolicyError } from "../policy/problem.ts";
import { readRegular } from "../regularFile.ts";
import { fleetErrors } from "./errors.ts";
import type { Fleet } from "./orgs.ts";
import { type FleetResult, parseOrgs } from "./orgsFile.ts";

export const ORGS_FILE = "orgs.yaml";

/** Reads the file of the orgs, named relative to `folder`. @throws UserError where it cannot be read */
export function readOrgsFile(file: string, folder: string): FleetResult {
  const answer = readRegular(path.resolve(folder, file), LARGEST_BYTES);
  if ("why" in answer) {
    const why = answer.code === "ENOENT" ? "is not there" : answer.why;
    throw fleetErrors["orgs-file-not-readable"]({ file, why });
  }
  if (!isUtf8(answer.bytes)) throw fleetErrors["orgs-file-not-readable"]({ file, why: "is not UTF-8 text" });
  return parseOrgs(answer.bytes.toString("utf8"), file);
}

/** As `readOrgsFile`. @throws UserError, PolicyError with every problem in it */
export function readOrgs(file: string, folder: string): Fleet {
  const result = readOrgsFile(file, folder);
  if ("problems" in result)
    throw new PolicyError(result.problems, ({ count }) =>
      fleetErrors["orgs-file-with-problems"].says({ file, count }),
    );
  return result.fleet;
}
