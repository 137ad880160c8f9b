import path from "node:path";
import { Command, Option } from "commander";
import { CodedError } from "../../errors.ts";
import { fleetErrors } from "../../fleet/errors.ts";
import type { FleetOrg } from "../../fleet/orgs.ts";
import { parseOrgs } from "../../fleet/orgsFile.ts";
import { ORGS_FILE, readOrgs } from "../../fleet/readOrgs.ts";
import { PolicyError } from "../../policy/problem.ts";
import { printable } from "../../printable.ts";
import { draftOf } from "../../run/draft.ts";
import { VERSION } from "../../run/version.ts";
import { scaffoldErrors } from "../../scaffold/errors.ts";
import { lookAtTarget, type Target, writeRepository } from "../../scaffold/folder.ts";
import { MANIFEST, versionsIn } from "../../scaffold/manifest.ts";
import { MARK_FILE, markText } from "../../scaffold/mark.ts";
import { ownFiles } from "../../scaffold/ownFiles.ts";
import { isPlain, plainName, plainOption } from "../../scaffold/plain.ts";
import { EXAMPLE, SHARED_DRAFT } from "../../scaffold/policies.ts";
import {
  type Ci,
  type Files,
  type FirstOrg,
  LOCAL_BACKEND,
  packagesOf,
  type Repository,
  SHARED_POLICY,
} from "../../scaffold/repository.ts";
import { offeredDigests } from "../../scaffold/steps.ts";
import { WORKFLOW_DEFAULTS } from "../../scaffold/workflows.ts";
import { shellWord } from "../../shell.ts";
import { amount } from "../../text.ts";
import { ask, canAsk } from "../ask.ts";
import { cliErrors } from "../errors.ts";
import { keptFiles, VERSIONS } from "../keptFiles.ts";
import { openObserver } from "../run.ts";

const CIS = {
  github: ["github"],
  gitlab: ["gitlab"],
  both: ["github", "gitlab"],
  none: [],
} as const satisfies Record<string, readonly Ci[]>;

interface NewOptions {
  readonly example?: boolean;
  readonly add?: boolean;
  readonly ci?: keyof typeof CIS;
  readonly team?: string;
  readonly orgName?: string;
  readonly stack?: string;
  readonly loginUrl?: string;
  readonly branch?: string;
  readonly backend?: string;
}

/** `sanctioned new`: a company's own repository, ready to push. */
export function newCommand(): Command {
  return new Command("new")
    .description("write a repository of your own: policies, orgs, workflows and what runs them")
    .argument("<folder>", "where: a new folder, or an empty one")
    .option("--example", "of Dieppe Trading, against the local org: nothing has to be connected")
    .addOption(new Option("--ci <forge>", "whose workflows (default: github)").choices(Object.keys(CIS)))
    .option("--team <owner>", "who reviews every change, for CODEOWNERS, as in @acme/security")
    .option(
      "--org-name <name>",
      "what the org is called in orgs.yaml (default: its own name, in small letters)",
    )
    .option("--stack <name>", "its Pulumi stack (default: the same)")
    .option("--login-url <url>", "where the tool logs in, as in https://acme.my.salesforce.com")
    .option("--branch <name>", "the default branch (default: main)")
    .option("--backend <url>", "where Pulumi keeps state (default: a folder of the repository)")
    .option("--add", "write what is missing into a folder that holds files, and leave those as they are")
    .addHelpText(
      "after",
      "\nThe policy is a draft from the org that the environment leads to; it only reports. No file is ever written over." +
        "\n\nExample:\n  $ npx sanctioned new connected-users --example --team @dieppe/security",
    )
    .action(async (folder: string, options: NewOptions) => {
      // All of it is said before the org is read, which can take a while.
      const given = checked(options);
      const { add = false, example = false } = options;
      lookAtTarget(folder, [MARK_FILE], add);
      const org = example ? exampleOrg(given) : await draftedOrg(given);
      const repository = { ...(await settled(folder, given)), org, versions: VERSIONS };
      const own = ownFiles(repository);
      // With --add, orgs and packages may be the team's already: the workflows are for its orgs, and `upgrade` says what its manifest lacks.
      const { present } = lookAtTarget(folder, own.keys(), add);
      const orgs = present.includes(ORGS_FILE) ? readOrgs(ORGS_FILE, folder).orgs : orgsOf(own);
      const files = await filesOf(repository, own, orgs, !present.includes(MANIFEST));
      const target = lookAtTarget(folder, files.keys(), add);
      const written = writeRepository(target, files);
      process.stdout.write(report(folder, target, written, repository));
    });
}

type Given = NewOptions & { readonly plain: true };

/** @throws UserError for an option that is no plain name */
function checked(options: NewOptions): Given {
  const { team, orgName, stack, loginUrl, branch, backend } = options;
  for (const [option, text] of [
    ["--team", team],
    ["--org-name", orgName],
    ["--stack", stack],
    ["--login-url", loginUrl],
    ["--branch", branch],
    ["--backend", backend],
  ] as const)
    if (text !== undefined) plainOption(option, text);
  return { ...options, plain: true };
}

function exampleOrg({ orgName, stack, loginUrl }: Given): FirstOrg {
  return {
    ...EXAMPLE,
    name: orgName ?? EXAMPLE.name,
    stack: stack ?? EXAMPLE.stack,
    loginUrl: loginUrl ?? null,
  };
}

/** The org that the environment leads to, with a draft of its policy. @throws UserError where none is connected, InconclusiveError */
async function draftedOrg({ orgName, stack, ...given }: Given): Promise<FirstOrg> {
  const { inventory, text } = await draft();
  const loginUrl = given.loginUrl ?? addressOf(process.env);
  const { org } = inventory;
  const plain = orgName ?? plainName(org.name, "org");
  const own = plain === "fleet" ? "fleet-org" : plain;
  return {
    name: own,
    label: org.name,
    id: org.id,
    stack: stack ?? own,
    loginUrl,
    variables: variablesOf(process.env, loginUrl !== null),
    policies: { shared: SHARED_DRAFT, own: text },
    isExample: false,
  };
}

/** An address is no secret: it stands in orgs.yaml itself, as long as it is one of Salesforce's. */
function addressOf({ SF_ACCESS_TOKEN, SANCTIONED_LOGIN_URL }: NodeJS.ProcessEnv): string | null {
  if (SF_ACCESS_TOKEN || !SANCTIONED_LOGIN_URL || !isPlain("--login-url", SANCTIONED_LOGIN_URL)) return null;
  return SANCTIONED_LOGIN_URL;
}

async function draft() {
  try {
    return await draftOf(await openObserver(), Date.now(), path.basename(SHARED_POLICY));
  } catch (error) {
    if (error instanceof CodedError && error.code === "credentials-missing")
      throw cliErrors["no-org-to-draft-from"]();
    throw error;
  }
}

/** The variables by which the org was reached just now; those of a JWT login, which suits CI, where it was another way. */
function variablesOf(env: NodeJS.ProcessEnv, hasLoginUrl: boolean): Record<string, string> {
  if (env.SF_ACCESS_TOKEN) return { accessToken: "SF_ACCESS_TOKEN", instanceUrl: "SF_ORG_INSTANCE_URL" };
  const loginUrl = hasLoginUrl ? {} : { loginUrl: "SANCTIONED_LOGIN_URL" };
  if (env.SANCTIONED_CLIENT_SECRET)
    return { clientId: "SANCTIONED_CLIENT_ID", clientSecret: "SANCTIONED_CLIENT_SECRET", ...loginUrl };
  const username = { username: "SANCTIONED_USERNAME" };
  return { clientId: "SANCTIONED_CLIENT_ID", ...username, privateKey: "SANCTIONED_PRIVATE_KEY", ...loginUrl };
}

/** What nobody said is asked, on a terminal. */
async function settled(
  folder: string,
  { ci, team, branch, backend }: Given,
): Promise<Pick<Repository, "name" | "ci" | "codeOwner" | "branch" | "backend">> {
  const asks = canAsk();
  const forge =
    ci ?? (asks ? await ask("Workflows of github, gitlab, both or none", "github", knownCi) : "github");
  const owner =
    team ??
    (asks ? await ask("Team that reviews every change, as in @acme/security", "", ownerOrNone) : null);
  return {
    name: plainName(path.basename(path.resolve(folder)), "connected-users"),
    ci: CIS[forge],
    codeOwner: owner,
    branch: branch ?? WORKFLOW_DEFAULTS.branch,
    backend: backend ?? LOCAL_BACKEND,
  };
}

function knownCi(answer: string): keyof typeof CIS {
  if (!Object.hasOwn(CIS, answer))
    throw scaffoldErrors["name-not-plain"]({
      option: "--ci",
      found: answer,
      remedy: `Write one of ${Object.keys(CIS).join(", ")}.`,
    });
  return answer as keyof typeof CIS;
}

function ownerOrNone(answer: string): string | null {
  return answer === "" ? null : plainOption("--team", answer);
}

/** The orgs as a reader of the new file finds them. @throws PolicyError */
function orgsOf(own: Files): readonly FleetOrg[] {
  const read = parseOrgs(own.get(ORGS_FILE)!, ORGS_FILE);
  if ("fleet" in read) return read.fleet.orgs;
  throw new PolicyError(read.problems, ({ count }) =>
    fleetErrors["orgs-file-with-problems"].says({ file: ORGS_FILE, count }),
  );
}

/** Everything, the mark last: a folder without one was not written to its end. */
async function filesOf(
  repository: Repository,
  own: Files,
  orgs: readonly FleetOrg[],
  writesManifest: boolean,
): Promise<Files> {
  const workflows = { ...WORKFLOW_DEFAULTS, branch: repository.branch };
  const kept = await keptFiles({ ci: repository.ci, workflows }, orgs);
  const mark = markText({
    version: VERSION,
    ci: repository.ci,
    workflows,
    files: offeredDigests(kept),
    packages: writesManifest ? versionsIn(packagesOf(VERSIONS, repository.org.isExample)) : {},
  });
  return new Map([...own, ...kept, [MARK_FILE, mark]]);
}

function report(
  folder: string,
  target: Target,
  written: readonly string[],
  { org, codeOwner }: Repository,
): string {
  const left = target.present.map((file) => `  ${printable(file)} is there already, and stays as it is\n`);
  const lines = written.map((file) => `  ${file}\n`);
  const owner = codeOwner === null ? "Nobody reviews changes yet: put your team into CODEOWNERS.\n" : "";
  return (
    `${printable(folder)}: ${amount(written.length, "file")}, for ${printable(org.label)} (${org.id}).\n` +
    `${lines.join("")}${left.join("")}${owner}\nNext, and README.md has the rest:\n` +
    `  cd ${shellWord(folder)}\n  npm install\n  npm run ${org.isExample ? "org" : "validate"}\n`
  );
}
