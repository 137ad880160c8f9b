import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { faultOf, ourCommandsIn } from "../../scripts/docs/commandLine.ts";
import { EVENT_KINDS } from "../../src/watch/event.ts";
import { nextSteps, runbookOf } from "../../src/watch/nextSteps.ts";

const ID = "005000000000001AAA";
const HOSTILE = `$(reboot) '; rm -rf / #\u202e\n`;
const ANN = { id: ID, username: "ann@dieppe.example" };
const SLACK = { id: "0H4000000000001AAA", name: "Slack" };
const NOWHERE = { instanceUrl: null, inOrg: null, policy: null, runbook: null };
const steps = (
  subject: Partial<Parameters<typeof nextSteps>[0]>,
  surroundings: Partial<Parameters<typeof nextSteps>[1]> = {},
) =>
  nextSteps(
    { kind: "unlisted-app", app: null, user: null, details: {}, ...subject },
    { ...NOWHERE, ...surroundings },
  );

describe("the commands that come next", () => {
  it("explain and revoke what the alert is about, by the app's id", () => {
    expect(steps({ app: SLACK, user: ANN }).next).toEqual([
      "npx sanctioned explain --user ann@dieppe.example --app 0H4000000000001AAA",
      "npx sanctioned revoke --user ann@dieppe.example --app 0H4000000000001AAA --reason 'alert of a watch'",
    ]);
  });

  it("in a fleet they name the org", () => {
    for (const kind of EVENT_KINDS)
      for (const command of steps({ kind, app: SLACK, user: ANN }, { inOrg: "dieppe" }).next)
        expect(command).toMatch(/ --in dieppe$/);
  });

  it("where a policy was named they name it too, whatever an app is called", () => {
    for (const name of ["Slack", "--policy", "list"]) {
      const { next } = steps({ app: { id: null, name }, user: ANN }, { policy: "policy/a b.yaml" });
      for (const command of next) expect(command).toMatch(/ --policy 'policy\/a b\.yaml'$/);
    }
    expect(steps({ kind: "policy-invalid" }, { policy: "policy/acme.yaml" }).next[0]).toBe(
      "npx sanctioned validate policy/acme.yaml",
    );
  });

  it.each(EVENT_KINDS)("%s: the program takes them as they are", async (kind) => {
    for (const surroundings of [{ policy: "policy/acme.yaml" }, { inOrg: "dieppe" }, {}])
      for (const user of [ANN, null])
        for (const app of [SLACK, { id: null, name: "--all" }, null]) {
          const { next } = steps({ kind, app, user, details: { orgs: "orgs.yaml" } }, surroundings);
          for (const words of ourCommandsIn(next.join("\n")))
            expect([words, await faultOf(words)]).toEqual([words, null]);
        }
  });

  it("an app without an id whose name reads like an id is meant by its label, not as another app", () => {
    const name = "0H4000000000001AAA";
    const { next } = steps({ app: { id: null, name }, user: ANN, details: { label: `"${name}"` } });
    expect(next[1]).toContain(` --app '"${name}"' `);
  });

  it("a shell reads whatever name stands in them as one word", () => {
    const [explain] = steps({ app: { id: null, name: HOSTILE }, user: ANN }).next;
    const words = execFileSync("bash", ["-c", `printf '%s\\0' ${explain!.replace(/^npx /, "")}`], {
      env: { PATH: process.env.PATH, LC_ALL: "C.UTF-8" },
    });
    expect(words.toString().split("\0").slice(0, 6)).toEqual([
      ...["sanctioned", "explain", "--user", ANN.username, "--app", HOSTILE],
    ]);
  });

  it.each(EVENT_KINDS)("%s: two, and a section of the docs that is there", (kind) => {
    const { next, runbook } = steps({ kind, app: SLACK, user: ANN, details: { user: ANN.username } });
    expect(next).toHaveLength(2);
    const [file, anchor] = runbook!.split("#");
    expect(existsSync(file!)).toBe(true);
    const headings = readFileSync(file!, "utf8")
      .split("\n")
      .flatMap((line) => /^#+ (.*)$/.exec(line)?.[1] ?? [])
      .map((heading) =>
        heading
          .toLowerCase()
          .replace(/[^\w\- ]/g, "")
          .replaceAll(" ", "-"),
      );
    if (anchor !== undefined) expect(headings).toContain(anchor);
  });
});

describe("where they lead", () => {
  it("to the user and the apps in Setup, of an address of Salesforce alone", () => {
    const at = (instanceUrl: string) => steps({ app: SLACK, user: ANN }, { instanceUrl }).links;
    expect(at("https://dieppe.my.salesforce.com").map(({ label }) => label)).toEqual([
      "The user in Setup",
      "The apps in use in Setup",
    ]);
    expect(at("https://dieppe.my.salesforce.com")[0]!.url).toContain(
      "https://dieppe.my.salesforce.com/lightning/setup/ManageUsers/",
    );
    expect(at("https://evil.example")).toEqual([]);
    expect(at("http://127.0.0.1:8080")).toEqual([]);
  });

  it("to a runbook of one's own, by the kind", () => {
    expect(steps({}, { runbook: "https://wiki.example/sf" }).runbook).toBe(
      "https://wiki.example/sf#unlisted-app",
    );
  });
});

it.each(["http://wiki.example", "wiki", "https://u:hunter2@wiki.example", "https://wiki.example/#x"])(
  "a runbook that is no page is one clear error that quotes nothing: %s",
  (value) => {
    const read = () => runbookOf({ SANCTIONED_RUNBOOK: value });
    expect(read).toThrow(/^SANCTIONED_RUNBOOK is not an https address/);
    expect(read).not.toThrow("hunter2");
    expect([runbookOf({}), runbookOf({ SANCTIONED_RUNBOOK: " https://wiki.example/sf " })]).toEqual([
      null,
      "https://wiki.example/sf",
    ]);
  },
);
