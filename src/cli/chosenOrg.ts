import type { FleetOrg } from "../fleet/orgs.ts";
import { printable } from "../printable.ts";
import type { Observer, RunSurroundings } from "../run/observer.ts";
import { type RunSettings, readRunSettings } from "../run/settings.ts";
import { namesLogin } from "../salesforce/settingKeys.ts";
import { cliErrors } from "./errors.ts";
import { readingProgress } from "./terminalOutput.ts";

/** Which org the verbs that read one are about, where that is not the environment's. */
export interface OrgChoice {
  /** The name of an org in orgs.yaml. */
  readonly org?: string;
  /** A Pulumi stack, whose config says how the org is reached. */
  readonly stack?: string;
}

interface ChosenOrg {
  readonly surroundings: RunSurroundings;
  /** What is read unless another is named; null where the choice says nothing of it. */
  readonly policy: string | null;
  /** The entry in orgs.yaml, whose id the org must have; null for a stack. */
  readonly entry: FleetOrg | null;
}

let chosen: ChosenOrg | null = null;

/** Takes what the options of every verb say: once, before the verb runs. @param connects whether it logs in @throws UserError for an org or a stack that is not there */
export async function chooseOrg({ org, stack }: OrgChoice, connects: boolean): Promise<void> {
  if (org !== undefined && stack !== undefined) throw cliErrors["org-chosen-twice"]();
  if (org !== undefined) chosen = await fromFleet(org);
  else if (stack !== undefined) chosen = await fromStack(stack);
  else if (connects) chosen = await fromSelected();
}

/**
 * The stack that is selected in this folder, as an update would take it; null where the environment says how an org is reached, where no stack
 * is selected, and where it has no config.
 */
async function fromSelected(): Promise<ChosenOrg | null> {
  if (namesLogin(process.env)) return null;
  const { selectedStack } = await import("../fleet/selectedStack.ts");
  const stack = await selectedStack(process.cwd(), process.env);
  if (stack === null) return null;
  const found = await fromStack(stack);
  const policy = found.policy === null ? "" : `, and its policy, ${printable(found.policy)}`;
  process.stderr.write(
    `Taken are the settings of the selected stack, ${stack}${policy}; --stack or --org names another.\n`,
  );
  return found;
}

async function fromFleet(name: string): Promise<ChosenOrg> {
  const folder = process.cwd();
  const [{ ORGS_FILE, readOrgs }, { selectOrgs }, { fleetSurroundings }, { surroundingsOf }] =
    await Promise.all([
      import("../fleet/readOrgs.ts"),
      import("../fleet/selection.ts"),
      import("../fleet/stackConfig.ts"),
      import("../fleet/surroundings.ts"),
    ]);
  const [entry] = selectOrgs(readOrgs(ORGS_FILE, folder), { only: [name] }).orgs;
  const surroundings = await surroundingsOf(entry!, {
    ...fleetSurroundings(folder, process.env),
    isOnlyRun: true,
    showReading: () => readingProgress(),
  });
  return { surroundings, policy: entry!.policy, entry: entry! };
}

async function fromStack(stack: string): Promise<ChosenOrg> {
  const folder = process.cwd();
  const { stackConfigReader } = await import("../fleet/stackConfig.ts");
  const config = await stackConfigReader(folder, process.env)(stack);
  return {
    // As an update reads it: the environment is asked for what the config leaves out.
    surroundings: {
      config: (key) => config.get(key),
      env: process.env,
      folder,
      showReading: () => readingProgress(),
    },
    policy: config.get("policy") ?? null,
    entry: null,
  };
}

/** What a run of one org is given. */
export function surroundings(): RunSurroundings {
  return (
    chosen?.surroundings ?? { env: process.env, folder: process.cwd(), showReading: () => readingProgress() }
  );
}

/** How the runs of that org go. @throws SettingsError for a setting that is not valid */
export function chosenSettings(): RunSettings {
  const { config = () => undefined, env } = surroundings();
  return readRunSettings(config, env);
}

/** The policy of the org that was chosen; null where none was. */
export function chosenPolicy(): string | null {
  return chosen?.policy ?? null;
}

/** The id of the org that was chosen by name; null where none was. */
export function chosenId(): string | null {
  return chosen?.entry?.id ?? null;
}

/** Refuses what is said of another org than the one that was chosen, as a saved plan can be; a stack does not say whose its plans are. @throws UserError */
export function refuseOtherThanChosen(found: { readonly id: string }, file: string): void {
  const id = chosenId();
  if (id !== null && found.id !== id)
    throw cliErrors["file-of-another-org"]({ file, found: found.id, name: chosen!.entry!.name, id });
}

/** A run that is connected to the org that was chosen. @throws UserError where its login leads to another than orgs.yaml says */
export async function ofChosen<Run extends Observer>(run: Run): Promise<Run> {
  if (chosen?.entry) {
    const { refuseOther } = await import("../fleet/surroundings.ts");
    refuseOther(chosen.entry, (await run.connect()).org);
  }
  return run;
}
