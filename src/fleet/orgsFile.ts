import { isAbsolute, normalize } from "node:path";
import orgsSchema from "../../schema/orgs.schema.json" with { type: "json" };
import type { ErrorText } from "../errors.ts";
import { parseSource } from "../policy/document.ts";
import { policyProblems } from "../policy/errors.ts";
import { MOST_PROBLEMS, type Problem } from "../policy/problem.ts";
import { type Path, pathText, type Source } from "../policy/source.ts";
import { type FileWords, schemaProblems } from "../policy/violation.ts";
import { isMiscopied, parseOrgId } from "../salesforce/id.ts";
import { validator } from "../validator.ts";
import { fleetProblems } from "./errors.ts";
import type { CredentialSource, Fleet, FleetOrg } from "./orgs.ts";
import { DEFAULT_LIMITS } from "./orgsDefaults.ts";
import type { OrgsFile } from "./orgsSchema.ts";

const orgsValidator = validator<OrgsFile>(orgsSchema);

/** Either the fleet, or everything that is wrong with its file. */
export type FleetResult = { readonly fleet: Fleet } | { readonly problems: readonly Problem[] };

/** Reads `orgs.yaml` from its text: the same YAML as a policy. Pure. */
export function parseOrgs(text: string, file: string): FleetResult {
  const parsed = parseSource(text, file);
  if ("problems" in parsed) return parsed;
  const { source } = parsed;
  const { data } = source;
  const matchesSchema = orgsValidator();
  if (!matchesSchema(data))
    return { problems: schemaProblems(source, matchesSchema.errors ?? [], ORGS_WORDS) };
  const problems: Problem[] = [];
  const orgs = data.orgs.map((_, i) => orgOf(data, i, source));
  for (const [i, { id }] of data.orgs.entries())
    if (isMiscopied(id, parseOrgId(id)))
      problems.push(said(source, ["orgs", i, "id"], policyProblems["id-miscopied"], `"${id}"`));
  problems.push(...doubles(orgs, source), ...withoutWayIn(data, source), ...historyOutside(data, source));
  if (problems.length > 0) return { problems: problems.slice(0, MOST_PROBLEMS) };
  return {
    fleet: {
      file,
      limits: { ...DEFAULT_LIMITS, ...data.limits, position: source.position(["limits"]) },
      history: data.history ?? null,
      orgs,
    },
  };
}

function orgOf(data: OrgsFile, i: number, source: Source): FleetOrg {
  const { name, id, policy, stack = null, wave = 1, owner = null, tags = [], ...more } = data.orgs[i]!;
  const { loginUrl, username } = more;
  return {
    name,
    id: parseOrgId(id) ?? id,
    policy,
    stack,
    wave,
    owner,
    tags,
    credentials: sourceOf(data, more.credentials),
    plain: {
      ...(loginUrl === undefined ? {} : { loginUrl }),
      ...(username === undefined ? {} : { username }),
    },
    position: source.position(["orgs", i, "name"]),
  };
}

/** What all orgs share is said once, at the top; an org's own comes before it. */
function sourceOf(
  { credentials: shared }: OrgsFile,
  own: OrgsFile["orgs"][number]["credentials"],
): CredentialSource {
  if (own === "stack") return { from: "stack" };
  if (own === undefined && shared === undefined) return { from: "environment" };
  return { from: "variables", variables: { ...shared, ...own } };
}

function said(
  source: Source,
  path: Path,
  problem: (values: { place: string; found: string }) => ErrorText,
  found: string,
): Problem {
  return source.problemAt(source.position(path), problem({ place: pathText(path), found }));
}

/** Two orgs of one name would be one file and one job; of one id or stack, one org that is judged twice. */
function doubles(orgs: readonly FleetOrg[], source: Source): Problem[] {
  const twice = (["name", "id", "stack"] as const).flatMap((key) => {
    const first = new Map<string, number>();
    return orgs.flatMap((org, i) => {
      const found = org[key];
      const other = found === null ? undefined : first.get(found);
      if (found === null || other === undefined) {
        if (found !== null) first.set(found, i);
        return [];
      }
      const path = ["orgs", i, key];
      const problem = fleetProblems["org-listed-twice"]({
        place: pathText(path),
        other: `orgs[${other}] (line ${orgs[other]!.position.line})`,
        found,
        remedy: key === "id" ? "list each org once" : `give each org a ${key} of its own`,
      });
      return source.problemAt(source.position(path), problem);
    });
  });
  const reserved = orgs.flatMap(({ name }, i) =>
    name === RESERVED ? said(source, ["orgs", i, "name"], fleetProblems["org-name-reserved"], name) : [],
  );
  return [...twice, ...reserved];
}

/** `fleet.json` stands beside the plans of the orgs. */
const RESERVED = "fleet";

/** Who proposes a change to this file should not name one to write anywhere; links are looked at when it is opened. */
function historyOutside({ history = "" }: OrgsFile, source: Source): Problem[] {
  const isOutside = isAbsolute(history) || normalize(history).split(/[\\/]/)[0] === "..";
  return isOutside ? [said(source, ["history"], fleetProblems["fleet-history-outside"], `"${history}"`)] : [];
}

function withoutWayIn({ orgs, credentials }: OrgsFile, source: Source): Problem[] {
  const shared =
    orgs.length > 1 && credentials?.accessToken !== undefined
      ? said(
          source,
          ["credentials", "accessToken"],
          ({ place }) => fleetProblems["access-token-shared"]({ place }),
          "",
        )
      : [];
  const without = orgs.flatMap((org, i) => {
    if (org.credentials === "stack" && org.stack === undefined) {
      const place = pathText(["orgs", i, "credentials"]);
      const position = source.position(["orgs", i, "credentials"]);
      return source.problemAt(position, fleetProblems["org-credentials-without-stack"]({ place }));
    }
    if (orgs.length === 1 || org.credentials !== undefined || credentials !== undefined) return [];
    const place = pathText(["orgs", i]);
    return source.problemAt(
      source.position(["orgs", i]),
      fleetProblems["org-without-credentials"]({ place }),
    );
  });
  return without.concat(shared);
}

const FORMS: Readonly<Record<string, string>> = {
  stack: "write the stack's name, as in acme-production",
  tags: "write small letters, digits and hyphens, as in production",
};

function wrongForm(path: Path, place: string, found: string): ErrorText {
  const key = String(path.findLast((step) => typeof step === "string"));
  if (key === "name") return fleetProblems["fleet-name-not-valid"]({ place, found });
  if (key === "id") return policyProblems["org-id-not-valid"]({ place, found });
  // What stands where a variable's name belongs may be the secret itself.
  return path.includes("credentials")
    ? fleetProblems["fleet-value-malformed"]({
        place,
        found: "no name of a variable",
        remedy: "write the name of the variable that holds it, as in ACME_PRIVATE_KEY; never the value",
      })
    : fleetProblems["fleet-value-malformed"]({ place, found, remedy: FORMS[key] ?? "see docs/fleet.md" });
}

const ORGS_WORDS: FileWords = {
  whole: "the file",
  see: "see docs/fleet.md",
  missing: {
    version: "begin with `version: 1`",
    orgs: "list the orgs under `orgs`",
    name: "give the org a name, as in acme-production",
    id: "say which org it is by its id (Setup, Company Information), as in 00D000000001942EAA",
    policy: "name the org's policy, as in policy/acme.yaml",
  },
  wrongForm,
};
