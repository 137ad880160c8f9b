import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type LocalOrg, type LocalOrgOptions, startLocalOrg } from "salesforce-local-org";
import { smallOrg } from "salesforce-local-org/orgs";
import { readOrgs } from "../../src/fleet/readOrgs.ts";
import { type Selection, selectOrgs } from "../../src/fleet/selection.ts";
import type { FleetSurroundings } from "../../src/fleet/surroundings.ts";
import { sfId } from "../inventories.ts";

/** One org of a fleet under test. */
export interface FolderOrg {
  readonly name: string;
  /** How its local org is started, beside the fixture of `orgFixture`; null for an org that nothing answers for. */
  readonly options?: Partial<LocalOrgOptions> | null;
  /** Its policy; by default it extends `policy/shared.yaml` and says no more. */
  readonly policy?: string;
  /** Lines of its entry in orgs.yaml beside name, id, policy and credentials. */
  readonly entry?: readonly string[];
}

/** A folder with orgs.yaml, policies and a running local org for each entry. */
export interface FleetFolder {
  readonly folder: string;
  readonly env: Record<string, string>;
  readonly orgs: ReadonlyMap<string, LocalOrg>;
  readonly ids: ReadonlyMap<string, string>;
  write(file: string, text: string): void;
  surroundings(more?: Partial<FleetSurroundings>): FleetSurroundings;
  /** The fleet as orgs.yaml says it now, and the orgs that are selected. */
  select(
    selection?: Selection,
  ): ReturnType<typeof selectOrgs> & { readonly fleet: ReturnType<typeof readOrgs> };
  close(): Promise<void>;
}

/** What every policy of a fleet extends, unless a test says another. */
const SHARED_POLICY = `version: 1
unlisted: revoke
platformApps: revoke
limits: { revocations: 50, percent: 100, perApp: 50 }
apps: []
`;

/** The small org of the fixtures as another org, by its number. */
export function orgFixture(n: number, name: string): ReturnType<typeof smallOrg> {
  const org = smallOrg();
  return { ...org, organization: { ...org.organization, id: sfId("00D", n), name } };
}

/** Starts the local orgs, and writes orgs.yaml with their ids. @param head lines of orgs.yaml before \`orgs:\` */
export async function fleetFolder(
  orgs: readonly FolderOrg[],
  head: readonly string[] = [],
): Promise<FleetFolder> {
  const folder = mkdtempSync(path.join(tmpdir(), "sanctioned-fleet-"));
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  };
  const running = new Map<string, LocalOrg>();
  const ids = new Map<string, string>();
  const env: Record<string, string> = {};
  const lines = ["version: 1", ...head, "orgs:"];
  write("policy/shared.yaml", SHARED_POLICY);
  for (const [i, { name, options = {}, policy, entry = [] }] of orgs.entries()) {
    const fixture = options?.org ?? orgFixture(i + 1, `Org ${name}`);
    const { id } = fixture.organization;
    ids.set(name, id);
    const variable = name.toUpperCase().replaceAll("-", "_");
    if (options === null)
      env[`${variable}_URL`] = "http://127.0.0.1:9"; // the discard port: nothing listens
    else {
      const org = await startLocalOrg({ ...options, org: fixture });
      running.set(name, org);
      env[`${variable}_URL`] = org.url;
      env[`${variable}_TOKEN`] = org.accessToken;
    }
    env[`${variable}_TOKEN`] ??= "00Dnone!token";
    write(`policy/${name}.yaml`, policy ?? `version: 1\nextends: shared.yaml\norg: { id: ${id} }\n`);
    lines.push(
      `  - name: ${name}`,
      `    id: ${id}`,
      `    policy: policy/${name}.yaml`,
      `    credentials: { accessToken: ${variable}_TOKEN, instanceUrl: ${variable}_URL }`,
      ...entry.map((line) => `    ${line}`),
    );
  }
  write("orgs.yaml", `${lines.join("\n")}\n`);
  return {
    folder,
    env,
    orgs: running,
    ids,
    write,
    surroundings: (more = {}) => ({
      env: { PATH: process.env.PATH ?? "", ...env },
      folder,
      stackConfig: () => Promise.reject(new Error("no stack is read here")),
      ...more,
    }),
    select(selection = {}) {
      const fleet = readOrgs("orgs.yaml", folder);
      return { fleet, ...selectOrgs(fleet, selection) };
    },
    async close() {
      await Promise.all([...running.values()].map((org) => org.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
