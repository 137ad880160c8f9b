import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { startLocalOrg } from "salesforce-local-org";
import { dieppeTrading, rehearsal, smallOrg } from "salesforce-local-org/orgs";
import { beginOrg } from "./beginOrg.ts";
import type { Answer, Stage, Typed } from "./stage.ts";

/** A section of a page, and what a reader brings to it. */
export interface Section {
  readonly page: string;
  /** The anchor of its heading. */
  readonly section: string;
  /** What a reader puts in the place of what is printed. */
  readonly says?: Readonly<Record<string, string>>;
  /** How commands go that do more than end well, by how they begin. */
  readonly typed?: Readonly<Record<string, Typed>>;
  /** What a reader does before it that the page does not print: writes a file, say. @returns more of what the reader says */
  readonly before?: (stage: Stage, place: Place) => Promise<Readonly<Record<string, string>> | undefined>;
}

/** Where a story is played. */
export interface Place {
  /** A folder of the story's own. */
  readonly home: string;
  /** Where its terminal begins. */
  readonly folder: string;
  /** What ends with the story. */
  readonly toClose: (() => Promise<void>)[];
}

export interface Story {
  readonly name: string;
  /** A clone of this repository, with its packages installed or without, or an empty folder beside a registry that has the packages. */
  readonly in: "clone" | "fresh clone" | "package";
  readonly sections: readonly Section[];
}

/** The local org, with an app that logs in by JWT: its login URL, client id and user are what the reader has. */
async function orgToLogInTo(stage: Stage, { folder, toClose }: Place) {
  await stage.type(
    "openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN=sanctioned -keyout server.key -out server.crt 2> /dev/null",
  );
  const org = dieppeTrading();
  const clientId = "3MVG9local";
  const certificate = readFileSync(path.join(folder, "server.crt"), "utf8");
  const { url, close } = await startLocalOrg({ org, clients: [{ clientId, certificate }] });
  toClose.push(close);
  return { url, clientId, username: org.caller };
}

/** A key, whose owner is all that the policy asks to approve. */
async function oneApprover(stage: Stage): Promise<undefined> {
  await beginOrg("npx sanctioned simulator --scenario rehearsal", stage);
  for (const command of [
    "mkdir ~/.ssh && ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519",
    'echo "ada@dieppe.example $(cat ~/.ssh/id_ed25519.pub)" > policy/allowed_signers',
    "printf 'approvals: { signers: allowed_signers, required: 1 }\nlimits: { revocations: 100, perApp: 100 }\n' >> policy/dieppe-trading.yaml",
  ])
    await stage.type(command);
  return undefined;
}

/** Two orgs on a bad day, listed in orgs.yaml. */
async function twoOrgs(stage: Stage, { folder, toClose }: Place): Promise<undefined> {
  const entries: string[] = [];
  for (const [index, name] of ["dieppe", "rouen"].entries()) {
    const id = ["00D000000000001EAA", "00D000000000002EAA"][index]!;
    const org = rehearsal();
    const started = await startLocalOrg({ org: { ...org, organization: { ...org.organization, id, name } } });
    toClose.push(started.close);
    const policy = `policy/${name}.yaml`;
    writeFileSync(path.join(folder, policy), `version: 1\norg: { id: ${id} }\nunlisted: report\napps: []\n`);
    const variable = name.toUpperCase();
    entries.push(
      `  - { name: ${name}, id: ${id}, policy: ${policy}, stack: ${name}, credentials: { accessToken: ${variable}_TOKEN, instanceUrl: ${variable}_URL } }`,
    );
    await stage.type(`export ${variable}_URL=${started.url} ${variable}_TOKEN='${started.accessToken}'`);
  }
  writeFileSync(path.join(folder, "orgs.yaml"), `version: 1\norgs:\n${entries.join("\n")}\n`);
  return undefined;
}

/** A repository with a change of its policy on a branch. */
const changeOnBranch = typing(
  "git init -q -b main",
  "git config user.name Reviewer",
  "git config user.email reviewer@dieppe.example",
  "git add .",
  'git commit -q -m "Our policy"',
  "git switch -q -c tighter",
  "sed -i 's/mode: report/mode: enforce/' policy/*.yaml",
  'git commit -q -a -m "Revoke"',
);

/** What a reader types that the page does not print. */
function typing(...commands: string[]): (stage: Stage) => Promise<undefined> {
  return async (stage) => {
    for (const command of commands) await stage.type(command);
    return undefined;
  };
}

/** Pulumi's question, and that of our own verbs. */
const YES: readonly Answer[] = [{ to: /Do you want to perform this/, say: "yes\r" }];
const number = (count: number): Typed => ({
  answers: [{ to: new RegExp(`Type ${count} to`), say: `${count}\r` }],
});

export const STORIES: readonly Story[] = [
  {
    name: "demo",
    in: "fresh clone",
    sections: [{ page: "README.md", section: "try-it" }],
  },
  {
    name: "by-hand",
    in: "clone",
    sections: [
      {
        page: "README.md",
        section: "by-hand-against-the-local-org",
        says: { USERNAME: "amir.kowalski@dieppe.example" },
        typed: {
          "npx pulumi up": { answers: YES },
          "npx pulumi destroy": { answers: YES },
          "npx pulumi preview --expect-no-changes": { code: 7 },
        },
      },
      {
        page: "docs/revoking.md",
        section: "limits",
        typed: { SANCTIONED_RAISE_REVOCATIONS: { answers: YES } },
      },
      { page: "docs/state.md", section: "code-in-the-state", says: { NAME: "simulator" } },
    ],
  },
  {
    name: "first-day",
    in: "clone",
    sections: [
      {
        page: "docs/first-day.md",
        section: "what-to-grant-four-minutes",
        before: async (stage, place) => {
          const { url, clientId, username } = await orgToLogInTo(stage, place);
          return {
            "https://acme--uat.sandbox.my.salesforce.com": url,
            "3MVG9…": clientId,
            "sanctioned@acme.example.uat": username,
          };
        },
      },
      { page: "docs/first-day.md", section: "what-works-one-minute" },
      {
        page: "docs/first-day.md",
        section: "what-your-org-answers-two-minutes",
        says: {
          "Retired Loader": "Bob's Lead Scoring Tool",
          "ann@acme.example.uat": "ada.dubois@dieppe.example",
        },
        typed: { "npx sanctioned probe --out acme-uat-2.json": number(1) },
      },
      { page: "docs/first-day.md", section: "what-your-list-says-two-minutes" },
      { page: "docs/first-day.md", section: "what-becomes-of-it" },
    ],
  },
  {
    name: "new-repository",
    in: "package",
    sections: [
      {
        page: "packages/create-sanctioned/README.md",
        section: "create-sanctioned",
        says: { "npm create sanctioned connected-users": "npm create --yes sanctioned of-the-example" },
      },
      {
        page: "docs/your-repository.md",
        section: "a-repository-of-your-own",
        says: { "npm create sanctioned": "npm create --yes sanctioned" },
      },
      {
        page: "README.md",
        section: "in-ci",
        before: async (stage) => {
          await beginOrg("npm run org", stage);
          await stage.type("npx pulumi stack init simulator");
        },
        typed: { "npx pulumi preview --diff --expect-no-changes": { code: 7 } },
      },
      { page: "docs/your-repository.md", section: "a-newer-version" },
    ],
  },
  {
    name: "program",
    in: "package",
    sections: [
      {
        page: "docs/programs.md",
        section: "install",
        before: typing("npm init -y"),
      },
    ],
  },
  {
    name: "local-org",
    in: "package",
    sections: [
      {
        page: "packages/local-org/README.md",
        section: "salesforce-local-org",
        before: async (stage, { folder }) => {
          await stage.type("npm init -y");
          writeFileSync(path.join(folder, "my-org.json"), JSON.stringify(smallOrg()));
        },
      },
    ],
  },
  {
    name: "own-org",
    in: "package",
    sections: [
      {
        page: "README.md",
        section: "your-own-org",
        says: {
          "npm create sanctioned connected-users --": "npm create --yes sanctioned connected-users --",
        },
        before: async (stage, place) => {
          const { url, clientId, username } = await orgToLogInTo(stage, place);
          return {
            "https://acme.my.salesforce.com": url,
            "3MVG9…": clientId,
            "sanctioned@acme.com": username,
          };
        },
        typed: { "npx pulumi up": { answers: YES } },
      },
      {
        page: "docs/pull-requests.md",
        section: "by-hand",
        says: { ORG: "dieppe-trading" },
        before: changeOnBranch,
      },
    ],
  },
  {
    name: "incident",
    in: "clone",
    sections: [
      { page: "docs/incidents.md", section: "rehearse-it" },
      {
        page: "docs/incidents.md",
        section: "a-users-account-is-compromised-or-somebody-has-left",
        typed: {
          "npx sanctioned revoke --user ada.abbott": number(2),
          "npx sanctioned revoke --user emil.fontaine": number(2),
        },
      },
      {
        page: "docs/incidents.md",
        section: "an-alert-about-a-grant",
        typed: { "npx sanctioned revoke --user amir.lindqvist": number(1) },
      },
      {
        page: "docs/incidents.md",
        section: "a-vendor-is-breached",
        typed: {
          'npx sanctioned revoke --app "Drift" --reason "Vendor breach (INC-9)" --dry-run': { code: 3 },
          SANCTIONED_RAISE_REVOCATIONS: number(63),
        },
      },
      { page: "docs/incidents.md", section: "it-revokes-what-it-must-not" },
      { page: "docs/incidents.md", section: "afterwards-the-evidence" },
      {
        page: "docs/revoking.md",
        section: "the-audit-record",
        before: async (stage) => {
          const verified = await stage.type("npx sanctioned audit verify");
          return { "9afb462ef897": /ends with (\w{12})/.exec(verified)![1]! };
        },
      },
      { page: "docs/revoking.md", section: "at-once-by-hand" },
      { page: "docs/watching.md", section: "leavers" },
      { page: "packages/local-org/README.md", section: "from-another-process" },
    ],
  },
  {
    name: "fleet",
    in: "clone",
    sections: [
      {
        page: "docs/incidents.md",
        section: "in-all-of-your-orgs",
        before: twoOrgs,
        says: { "--app Drift ": '--app "Drift Email" ' },
        typed: {
          'npx sanctioned fleet revoke --app "Drift Email" --reason "Vendor breach (INC-9)"': number(12),
          'npx sanctioned fleet revoke --app "Drift Email" --reason "Vendor breach (INC-9)" --dry-run': {},
        },
      },
      {
        page: "docs/fleet-reports.md",
        section: "the-page",
        before: typing("npx sanctioned fleet plan --out plans"),
      },
    ],
  },
  {
    name: "approvals",
    in: "clone",
    sections: [
      {
        page: "docs/approvals.md",
        section: "approve",
        before: oneApprover,
        says: { '"Drift"': '"Drift Email"' },
        typed: {
          "npx sanctioned approve approved.json --key": number(87),
          "npx sanctioned approve drift.json --key": number(6),
          'npx sanctioned revoke --app "Drift Email" --reason "Vendor breach (INC-9)" --approved-plan':
            number(6),
        },
      },
      { page: "docs/approvals.md", section: "sign-the-record" },
    ],
  },
  {
    name: "audit",
    in: "clone",
    sections: [
      { page: "docs/completion.md", section: "completion-in-a-shell" },
      {
        page: "docs/reports.md",
        section: "the-monthly-audit",
        before: async (stage) => {
          await beginOrg("npx sanctioned simulator", stage);
          // What was revoked in the month.
          await stage.type(
            'npx sanctioned revoke --app "Bob\'s Lead Scoring Tool" --reason "Nobody knows it" --yes',
          );
        },
      },
    ],
  },
];
