import { describe, expect, it, onTestFinished } from "vitest";
import { validator } from "../../../src/validator.ts";
import { EventSchema, type WatchEvent } from "../../../src/watch/event.ts";
import { type FolderOrg, fleetFolder } from "../../fleet/fleetFolder.ts";
import { ForgeStandIn, TOKEN } from "../../forge/standIn.ts";
import { sanctioned } from "../run.ts";

/** One night, which tells standard output what a chat would be told. */
async function night(org: FolderOrg) {
  const made = await fleetFolder([org]);
  const forge = await new ForgeStandIn().start();
  onTestFinished(async () => {
    await made.close();
    await forge.stop();
  });
  const env = { ...made.env, GITHUB_ACTIONS: "true", GITHUB_API_URL: forge.url };
  const run = await sanctioned(
    ["ci", "drift", "--to", "stdout"],
    { ...env, GITHUB_REPOSITORY: "dieppe/org", GITHUB_TOKEN: TOKEN },
    made.folder,
  );
  const events = run.stdout.split("\n").filter((line) => line.startsWith('{"version"'));
  return { ...run, forge, events: events.map((line) => JSON.parse(line) as WatchEvent) };
}

describe("a night in which the only org cannot be judged", () => {
  it.each<[what: string, org: FolderOrg, code: number, kind: string, text: RegExp]>([
    [
      "its list is inconclusive",
      { name: "acme", options: { faults: [{ kind: "status", match: "COUNT()", status: 400 }] } },
      4,
      "inconclusive",
      /^policy\/acme\.yaml: the org cannot be judged, so that nothing is called clean: /,
    ],
    [
      "its policy is not valid",
      { name: "acme", policy: "version: 1\nunlisted: revok\napps: []\n" },
      1,
      "policy-invalid",
      /policy\/acme\.yaml:2: /,
    ],
  ])("is told to the chat, and leaves the issue as it is: %s", async (_what, org, code, kind, text) => {
    const told = await night(org);
    expect([told.code, told.forge.issues, told.events]).toMatchObject([
      code,
      [],
      [{ kind, severity: "error" }],
    ]);
    const [event] = told.events;
    expect(validator(EventSchema)()(event)).toBe(true);
    expect(event!.text).toMatch(text);
    expect(event!.next.at(-1)).toBe("npx sanctioned plan --policy policy/acme.yaml");
  });
});

it("a night in which something breaks the policy is told to the chat once it is in the issue", async () => {
  const told = await night({ name: "acme" });
  expect([told.code, told.forge.issues.length]).toEqual([0, 1]);
  expect(told.events).toMatchObject([{ kind: "drift-grew", severity: "warning" }]);
});
