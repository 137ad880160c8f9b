import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { smallOrg } from "salesforce-local-org/orgs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { APPS, ORGS, USERS } from "../hostile/hostileNames.ts";
import { commandsIn, hiddenIn } from "../hostile/readers.ts";
import { sfId } from "../inventories.ts";
import { PulumiProject } from "./pulumiRun.ts";

/** Names as an org can have them: none is empty or half a character. */
const names = APPS.filter((name) => name !== "" && name.isWellFormed() && name.length < 255);
const usernames = USERS.filter((username) => username.includes("@"));

let org: LocalOrg;
let project: PulumiProject;

beforeAll(async () => {
  const small = smallOrg();
  const bot = small.users.at(-1)!;
  const granted = { createdAt: "2026-01-01T00:00:00Z", lastUsedAt: null, useCount: 1 };
  org = await startLocalOrg({
    org: {
      organization: { ...small.organization, name: ORGS[0]! },
      caller: bot.username,
      profiles: small.profiles,
      permissionSets: [],
      users: [
        bot,
        ...usernames.map((username, i) => ({
          id: sfId("005", 100 + i),
          username,
          name: username,
          profile: "Staff",
          isActive: true,
          userType: "Standard",
        })),
      ],
      apps: names.map((name) => ({ id: null, name, inAppMenu: false })),
      grants: names.map((name, i) => ({
        username: usernames[i % usernames.length]!,
        app: name,
        ...granted,
      })),
    },
    readOnly: true,
  });
  project = await PulumiProject.create({ SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken });
  const reason = '{"\\u0023#[error]x":{"::error::y":1}}';
  const limits = { revocations: 1000, percent: 100, perApp: 1000 };
  const apps = [{ name: "Absent", users: "everyone", reason, owner: reason }];
  // One resource a user, since more than a page of lines is cut.
  const policies = usernames.map((username) => ({
    ...{ version: 1, unlisted: "revoke", platformApps: "revoke", limits, apps },
    protected: { users: usernames.filter((other) => other !== username) },
  }));
  await project.writeProgram(
    `for (const [i, policy] of ${JSON.stringify(policies)}.entries())
  new ConnectedUserPolicy(\`of-\${i}\`, { policy });
`,
  );
});
afterAll(async () => {
  await project?.remove();
  await org?.close();
});

it("the engine shows a line for each revocation, in colour too, and no name in it is obeyed or hides the rest", async () => {
  const shown = async (...more: string[]) => {
    const { code, output } = await project.runWith({ NO_COLOR: "" }, "preview", ...more, "--color", "always");
    expect(output).not.toContain("panic");
    expect([code, code === 0 ? "" : output.slice(-1500)]).toEqual([0, ""]);
    const start = String.fromCodePoint(0x1b);
    const text = output.replaceAll(new RegExp(`${start}\\[[0-9;]*m`, "g"), "");
    expect(text).not.toBe(output);
    expect(commandsIn(text)).toEqual([]);
    expect(hiddenIn(text)).toEqual([]);
    expect(text).not.toContain("(json)");
    return text;
  };
  const lines = (text: string, of: RegExp) => text.split("\n").filter((line) => of.test(line.trim())).length;
  const plain = await shown();
  expect(lines(plain, /^- .* \(app not listed, /)).toBe(names.length);
  const text = await shown("--diff");
  expect(lines(text, /^- .* \(app not listed, /)).toBe(names.length);
  expect(text).toContain("Slack\\u{200b}");
  expect(text).toContain("Slack\\u{3c}{%");
});
