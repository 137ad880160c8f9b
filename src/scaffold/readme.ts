import { inCell, markdownText } from "../report/render/markdown.ts";
import { type Ci, LOCAL_BACKEND, policyOf, type Repository, SHARED_POLICY } from "./repository.ts";

/** What a team reads first in its new repository: what is where, what to do next, and how to go back. Pure. */
export function readmeText(repository: Repository): string {
  const { org, codeOwner } = repository;
  const owner = codeOwner === null ? "nobody yet (put your team into CODEOWNERS)" : `\`${codeOwner}\``;
  return [
    `# ${markdownText(repository.name)}`,
    `Which apps may hold tokens of our Salesforce users is decided here, by pull request: a policy says which apps are sanctioned and for whom, and ` +
      "[sanctioned](https://www.npmjs.com/package/sanctioned) shows and revokes what breaks it.",
    table([
      ["Org", `${markdownText(org.label)} (\`${org.id}\`), \`${org.name}\` in \`orgs.yaml\``],
      ["Policy", `\`${policyOf(org.name)}\`, which extends \`${SHARED_POLICY}\``],
      ["Pulumi stack", `\`${org.stack}\``],
      ["Reviewed by", owner],
    ]),
    "## What to do next, in order",
    numbered([...localSteps(repository), ...reviewSteps(repository), ...ciSteps(repository)]),
    "## Every day",
    commands([
      ["npm run validate", "offline: every problem of orgs.yaml and the policies, at its line"],
      ["npm run plan", "what the policies would revoke in each org, and why"],
      ["npm run preview", `the same of \`${org.stack}\`, by Pulumi`],
      ["npm run doctor", "what the tool lacks to see everything"],
      ["npm run outdated", "what a newer version of the package would change in this repository"],
    ]),
    "A new org: an entry in `orgs.yaml`, a policy that extends the shared one, then `npx sanctioned upgrade` for the workflows and the stack's file.",
    "## How to go back",
    [
      "- **A revocation** cannot be taken back: the user authorizes the app again. Where that was wrong, list the app in the policy first, or it goes again.",
      `- **To stop revoking**: \`npx sanctioned stop --reason "…"\` ends the run that is under way here. For longer: \`mode: report\` in \`${SHARED_POLICY}\` and the orgs' policies that say otherwise; nothing is revoked from then on, all is still reported.`,
      "- **A change of a policy**: `git revert` it, by pull request. What it sanctioned is sanctioned no more, what it denied may be authorized again.",
      "- **An upgrade**: `git revert` it, then `npm ci`.",
      `- **To leave**: \`npx pulumi destroy --stack ${org.stack}\` forgets the org, and revokes and restores nothing; then delete the repository, and the tool's app and user in Salesforce.`,
    ].join("\n"),
  ]
    .join("\n\n")
    .concat("\n");
}

function localSteps({ org }: Repository): string[] {
  const install = step("Install, and commit `package-lock.json`, which the workflows install by:", [
    "npm install",
  ]);
  if (!org.isExample)
    return [
      install,
      step(
        `Connect (the variables that \`orgs.yaml\` names: ${names(org.variables)}), and see what is still missing:`,
        ["npm run validate", "npm run doctor"],
      ),
    ];
  return [
    install,
    step(
      "Start Dieppe Trading, a local org that answers like Salesforce, in a terminal of its own, and export what it prints:",
      ["npm run org"],
    ),
    step("See what breaks the policy, and why:", ["npm run validate", "npm run plan"]),
    step("Make the stack, look again, and revoke it:", [
      `npx pulumi stack init ${org.stack}`,
      "npm run preview",
      `npx pulumi up --stack ${org.stack}`,
    ]),
  ];
}

function reviewSteps({ org, backend, codeOwner }: Repository): string[] {
  if (org.isExample) return [];
  return [
    ...(codeOwner === null ? ["Put your team into `CODEOWNERS`."] : []),
    ...(backend === LOCAL_BACKEND
      ? [
          "Name a backend that your team and CI share in `Pulumi.yaml`: the one there is a folder of this checkout.",
        ]
      : []),
    step(
      `Make the stack, with a passphrase of yours (\`PULUMI_CONFIG_PASSPHRASE\`) or a cloud key (\`--secrets-provider\`), and commit \`Pulumi.${org.stack}.yaml\`:`,
      [`npx pulumi stack init ${org.stack}`, "npm run preview"],
    ),
    `Review every entry of \`${policyOf(org.name)}\`. It says \`mode: report\`, so that nothing is revoked; take that line out by pull request once the list is correct.`,
  ];
}

const SETTINGS: Readonly<Record<Ci, readonly string[]>> = {
  github: [
    "On GitHub: protect the default branch (a pull request, a review by code owners), and make two environments that it alone may use, `preview`",
    "and `production`, the latter with required reviewers. Each gets the secrets that the workflows name, with a credential of its own;",
    "none of them is a secret of the repository itself. Make the labels `sanctioned:widens`, `sanctioned:widens-high`, `sanctioned:revokes` and",
    "`sanctioned:over-limits` once: the preview sets them, and may make none.",
  ],
  gitlab: [
    "On GitLab: protect the default branch, with approval by code owners, and the environments `preview` and `production`. The variables that",
    "the pipeline names are protected, masked, and each of one of the two environments.",
  ],
};

const GUIDE =
  "Each setting: `node_modules/sanctioned/docs/pull-requests.md`; why: `ci-security.md` beside it.";

function ciSteps({ ci, org }: Repository): string[] {
  if (ci.length === 0) return [];
  const reached = org.isExample
    ? "For an org that CI reaches (the local one is on your machine alone): "
    : "";
  return [
    ...ci.map((forge) => `${reached}${SETTINGS[forge].join(" ")} ${GUIDE}`),
    "Push, and open a pull request that changes a policy: its comment says what the change revokes.",
  ];
}

function names(variables: Readonly<Record<string, string>>): string {
  return Object.values(variables)
    .map((name) => `\`${name}\``)
    .join(", ");
}

function step(text: string, lines: readonly string[]): string {
  return [text, "", "```sh", ...lines, "```"].join("\n");
}

function numbered(steps: readonly string[]): string {
  return steps
    .map((text, at) => {
      const mark = `${at + 1}. `;
      const [first = "", ...rest] = text.split("\n");
      return [mark + first, ...rest.map((line) => (line === "" ? "" : " ".repeat(mark.length) + line))].join(
        "\n",
      );
    })
    .join("\n");
}

function commands(rows: readonly (readonly [command: string, meaning: string])[]): string {
  return table(rows.map(([command, meaning]) => [`\`${command}\``, meaning]));
}

function table(rows: readonly (readonly [string, string])[]): string {
  const lines = rows.map(([left, right]) => `| ${inCell(left)} | ${inCell(right)} |`);
  return ["| | |", "|---|---|", ...lines].join("\n");
}
