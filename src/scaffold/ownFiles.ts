import { Document } from "yaml";
import { yamlText } from "../policy/write/yamlText.ts";
import { compareText } from "../text.ts";
import { readmeText } from "./readme.ts";
import {
  type Files,
  LOCAL_BACKEND,
  packagesOf,
  policyOf,
  type Repository,
  SHARED_POLICY,
  stackFile,
  stackText,
} from "./repository.ts";

/** The files that are the team's from the day on which they are written. Pure: the same for the same repository. */
export function ownFiles(repository: Repository): Files {
  const { org, backend } = repository;
  return new Map([
    [".gitignore", GITIGNORE],
    [".npmrc", NPMRC],
    ...(backend === LOCAL_BACKEND ? [[".pulumi-state/.gitignore", "*\n!.gitignore\n"] as const] : []),
    ["CODEOWNERS", codeOwners(repository)],
    ["Pulumi.yaml", projectText(repository)],
    [stackFile(org.stack), stackText(repository.name, policyOf(org.name))],
    ["README.md", readmeText(repository)],
    ["index.js", PROGRAM],
    ["orgs.yaml", orgsText(repository)],
    ["package.json", manifestText(repository)],
    [policyOf(org.name), org.policies.own],
    [SHARED_POLICY, org.policies.shared],
  ]);
}

function manifestText({ name, org, versions }: Repository): string {
  const manifest = {
    name,
    private: true,
    description: "Which apps may hold tokens of our Salesforce users, and their revocation.",
    type: "module",
    engines: { node: versions.node },
    scripts: {
      validate: "sanctioned fleet validate",
      plan: "sanctioned fleet plan",
      doctor: "sanctioned fleet doctor",
      preview: `pulumi preview --diff --stack ${org.stack}`,
      outdated: "sanctioned upgrade --check",
      ...(org.isExample ? { org: "sanctioned simulator --port 8400" } : {}),
    },
    ...packagesOf(versions, org.isExample),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function projectText({ name, backend, org }: Repository): string {
  const document = new Document({
    name,
    description: "Keeps the connected users of our Salesforce orgs to the apps that the policies sanction.",
    main: "index.js",
    runtime: { name: "nodejs", options: { typescript: false } },
    backend: { url: backend },
    options: { refresh: "always" },
    config: {
      policy: { type: "string", description: "The policy file of the stack's org, as orgs.yaml has it too." },
    },
  });
  const comments: Readonly<Record<string, string>> = {
    backend:
      backend === LOCAL_BACKEND
        ? " A folder of this checkout, for one person. A team shares its state: s3://…, azblob://…, gs://…, postgres://…"
        : " Who can write the state decides what runs with the credential: only the job that revokes may.",
    options:
      " Each preview and update first reads the org again, so that what was revoked before is not shown again.",
  };
  return commented(document, comments, ` One stack an org: ${stackFile(org.stack)} is the first.`);
}

function orgsText({ org, codeOwner }: Repository): string {
  const document = new Document({
    version: 1,
    orgs: [
      {
        name: org.name,
        id: org.id,
        policy: policyOf(org.name),
        stack: org.stack,
        ...(codeOwner === null ? {} : { owner: codeOwner }),
        ...(org.loginUrl === null ? {} : { loginUrl: org.loginUrl }),
        credentials: org.variables,
      },
    ],
  });
  return commented(
    document,
    {
      orgs: [
        " Each org once. `credentials` has names of variables, never values; every org needs names of its own, such as",
        " ROUEN_CLIENT_ID. `wave: 0` is updated before all others. After a change: npx sanctioned upgrade --check",
      ].join("\n"),
    },
    " yaml-language-server: $schema=schema/orgs.schema.json",
  );
}

/** YAML with a comment before some of its keys, and one at its head. */
function commented(document: Document, comments: Readonly<Record<string, string>>, head: string): string {
  for (const { key } of (document.contents as unknown as { items: { key: CommentedKey }[] }).items) {
    const comment = comments[String(key.value)];
    if (comment === undefined) continue;
    key.commentBefore = comment;
    key.spaceBefore = true;
  }
  document.commentBefore = head;
  return yamlText(document, 0);
}

interface CommentedKey {
  readonly value: unknown;
  commentBefore?: string;
  spaceBefore?: boolean;
}

function codeOwners({ codeOwner }: Repository): string {
  const why = [
    "# What decides whose access goes, and what runs beside the credential, is reviewed by these. It holds where the default branch",
    '# is protected and wants their review ("Require review from Code Owners" on GitHub, "Code owner approval" on GitLab).',
  ];
  return [
    ...why,
    codeOwner === null
      ? "# Nobody was named yet. Put your team in, in a line such as:\n# * @acme/security"
      : `* ${codeOwner}`,
    "",
  ].join("\n");
}

const PROGRAM = `export { default } from "sanctioned/program";\n`;

const GITIGNORE = `node_modules
# State of a stack that is kept in this folder, records of what was revoked, and plans: they name people.
.pulumi-state/*
!.pulumi-state/.gitignore
.sanctioned/
plans/
*.log
`;

const NPMRC = `# What is installed is pinned, and runs nothing while it is installed.
save-exact=true
ignore-scripts=true
`;

/** What the editor completes and checks, and the schemas that it does so by. @param schemas their texts by name */
export function editorFiles(schemas: Readonly<Record<"policy" | "baseline" | "orgs", string>>): Files {
  const settings = {
    "yaml.schemas": {
      "./schema/orgs.schema.json": ["orgs.yaml"],
      "./schema/policy.schema.json": ["policy/**/*.yaml"],
    },
  };
  return new Map([
    [".vscode/extensions.json", `${JSON.stringify({ recommendations: ["redhat.vscode-yaml"] }, null, 2)}\n`],
    [".vscode/settings.json", `${JSON.stringify(settings, null, 2)}\n`],
    ...Object.entries(schemas)
      .map(([name, text]): [string, string] => [`schema/${name}.schema.json`, text])
      .sort(([a], [b]) => compareText(a, b)),
  ]);
}
