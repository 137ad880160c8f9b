import { declareErrors } from "../errors.ts";

export const ciErrors = declareErrors({
  // The CI run
  "ci-not-here": {
    kind: "settings",
    text: "This is no job of GitHub Actions or GitLab CI.",
    remedy: "Run it in one; `npx sanctioned fleet plan` shows anywhere what would be revoked.",
    example: {},
  },
  "ci-setting-missing": {
    kind: "settings",
    text: "{variable} is not set.",
    remedy: "The runner sets it in every job: leave it to that.",
    example: { variable: "GITHUB_REPOSITORY" },
  },
  "ci-event-not-readable": {
    kind: "settings",
    text: "What started the run cannot be read: {variable} names no JSON file.",
    remedy: "Leave it to the runner to set it.",
    example: { variable: "GITHUB_EVENT_PATH" },
  },
  "webhook-of-another-project": {
    kind: "user",
    text: "What the webhook says is no merge request of this project.",
    remedy: "Make the webhook in this project, for merge request events alone (docs/pull-requests.md).",
    example: {},
  },
  "webhook-without-commit": {
    kind: "user",
    text: "The webhook names no merge request and commit.",
    remedy: "Push to the merge request again, and look at the webhook's recent events.",
    example: {},
  },

  // Taking a change as data
  "git-not-found": {
    kind: "settings",
    text: "There is no git here ({why}).",
    remedy: "Install it where this runs.",
    example: { why: "ENOENT" },
  },
  "repository-address-not-known": {
    kind: "settings",
    text: "The repository's address begins with neither https:// nor file://.",
    remedy: "Name one that does.",
    example: {},
  },
  "branch-name-not-plain": {
    kind: "user",
    text: "The branch {branch} has no plain name.",
    remedy: "Use letters, digits and . _ - / alone.",
    example: { branch: "x y" },
  },
  "branches-not-listed": {
    kind: "remote",
    text: "The repository does not say what its branch {branch} is at: {why}.",
    remedy: "Run the job again.",
    example: { branch: "main", why: "fatal: unable to access" },
  },
  "commit-not-by-hash": {
    kind: "user",
    text: "The commit of the change is not named by its full hash.",
    remedy: "Name it as `git rev-parse` prints it.",
    example: {},
  },
  "folder-not-its-own": {
    kind: "user",
    text: "{folder} cannot be taken from a change.",
    remedy:
      "Put the policy into a folder of its own, such as policy/acme.yaml: that folder alone is taken from a change.",
    example: { folder: "." },
  },
  "commit-not-fetched": {
    kind: "remote",
    text: "The commit of the change could not be fetched: {why}.",
    remedy: "Look whether it is still there and may be read, and run the job again.",
    example: { why: "fatal: remote error: upload-pack: not our ref" },
  },
  "commit-another": {
    kind: "remote",
    text: "What was fetched is not the commit of the change.",
    remedy: "Name a commit, by its full hash.",
    example: {},
  },
  "change-folder-missing": {
    kind: "user",
    text: "The folder {folder} of the change is not there, or is no folder.",
    remedy: "Put the files themselves there.",
    example: { folder: "policy" },
  },
  "change-folder-empty": {
    kind: "user",
    text: "The folder {folder} of the change is empty.",
    remedy: "Put the policy there.",
    example: { folder: "policy" },
  },
  "change-folder-too-large": {
    kind: "user",
    text: "The folder {folder} of the change holds more than {most} files and folders, or what git cannot list.",
    remedy: "Keep policies there, and nothing else.",
    example: { folder: "policy", most: 1000 },
  },
  "change-name-not-plain": {
    kind: "user",
    text: "The name {name} of the change is not a plain one.",
    remedy: "Use letters, digits and . _ - @ + alone.",
    example: { name: "policy/a b\\x0a.yaml" },
  },
  "change-file-too-large": {
    kind: "user",
    text: "The file {name} of the change is larger than {most} bytes.",
    remedy: "Keep it to what people can review.",
    example: { name: "policy/acme.yaml", most: 1_048_576 },
  },
  "change-files-too-large": {
    kind: "user",
    text: "The files of {folder} in the change are larger than {most} bytes together.",
    remedy: "Keep them to what people can review.",
    example: { folder: "policy", most: 16_777_216 },
  },
  "change-not-a-file": {
    kind: "user",
    text: "{name} of the change is a link or a submodule ({type}, mode {mode}).",
    remedy: "Put the files themselves there.",
    example: { name: "policy/acme.yaml", type: "blob", mode: "120000" },
  },
  "orgs-not-at-top": {
    kind: "user",
    text: "{folder} is not the top of a checkout, so that a change's policies would be looked for elsewhere.",
    remedy: "Put the file of the orgs, Pulumi.yaml and the policies' folder at the top of the repository.",
    example: { folder: "connected-users" },
  },
  "policy-folder-with-program": {
    kind: "user",
    text: "The policies' folder {folder} holds {file} too, which a change could have run with the org's credential.",
    remedy: "Keep policies in a folder of their own, such as policy/acme.yaml, and programs outside of it.",
    example: { folder: "src", file: "src/index.js" },
  },

  // Pulumi
  "pulumi-not-installed": {
    kind: "settings",
    text: "Pulumi is not installed here.",
    remedy: "Run `npm install --save-dev pulumi`, and commit what it writes.",
    example: {},
  },
  "state-not-exported": {
    kind: "user",
    text: "Pulumi does not export the stack's state: {why}.",
    remedy: "Name the stack with --stack, and its backend with PULUMI_BACKEND_URL.",
    example: { why: "no stack named 'dieppe' found" },
  },

  // What is applied
  "branch-not-there": {
    kind: "remote",
    text: "The repository has no branch {branch}.",
    remedy: "Run the workflow on the default branch.",
    example: { branch: "main" },
  },
  "policy-changed-since": {
    kind: "user",
    text: "The branch {branch} has another policy by now: {file} is not what it was.",
    remedy: "What it says is applied by the run of its last commit, {tip}.",
    example: { branch: "main", file: "policy/acme.yaml", tip: "8f3c…" },
  },

  "job-not-named": {
    kind: "user",
    text: "{found} names no job of an org.",
    remedy: "Write its wave and its name, as in 1:acme.",
    example: { found: "acme" },
  },
  "org-without-job": {
    kind: "user",
    text: "The workflow has no job for what {file} lists: {orgs}. What is approved there would never be applied.",
    remedy: "Run `npx sanctioned upgrade`, and commit what it writes.",
    example: { file: "orgs.yaml", orgs: "rouen in wave 2" },
  },

  // Whose approval does not count
  "authors-not-known": {
    kind: "remote",
    text: "Who wrote the change is not known: {why}.",
    remedy: "Run the job again.",
    example: { why: "the forge tells nobody" },
  },
});
