import { declareErrors } from "../errors.ts";

export const scaffoldErrors = declareErrors({
  "workflow-value-not-plain": {
    kind: "user",
    text: "{what} of a workflow is {found}, which could mean something else there.",
    remedy:
      "Use letters, digits and . _ / - alone; a policy is in a folder of its own, such as policy/acme.yaml.",
    example: { what: "The folder of a policy", found: "." },
  },
  "workflow-variable-taken": {
    kind: "user",
    text: "orgs.yaml has the variable {name} hold a credential, and a workflow has it for something else.",
    remedy: "Give it a name of the org's own there, and in the secrets, such as ACME_CLIENT_ID.",
    example: { name: "PATH" },
  },
  "folder-not-empty": {
    kind: "user",
    text: "{folder} is not empty ({found}), so nothing was written.",
    remedy: "Name a new folder, or add --add: it writes what is missing and leaves what is there.",
    example: { folder: "connected-users", found: "README.md and 3 more" },
  },
  "folder-in-the-way": {
    kind: "user",
    text: "{path} {why}, so nothing was written.",
    remedy: "Name another folder, or remove it.",
    example: { path: "connected-users", why: "is a link" },
  },
  "folder-not-writable": {
    kind: "user",
    text: "{folder} cannot be written ({why}). {left}",
    remedy: "Name a folder that can be, and run it again.",
    example: { folder: "/srv/connected-users", why: "EACCES", left: "Nothing was written." },
  },
  "name-not-plain": {
    kind: "user",
    text: "{option} is not valid: {found}.",
    remedy: "{remedy}",
    example: {
      option: "--stack",
      found: "acme production",
      remedy: "Write letters, digits, dots, hyphens and underscores.",
    },
  },
  "repository-file-not-valid": {
    kind: "user",
    text: "{file} {why}.",
    remedy: "Put it back as it was committed, and run it again.",
    example: { file: ".sanctioned.json", why: "is not JSON" },
  },
  "made-by-later-version": {
    kind: "user",
    text: "This repository was written by sanctioned {made}, and this is {own}.",
    remedy: "Install that version or a later one: `npm install --save-exact sanctioned@{made}`.",
    example: { made: "0.3.0", own: "0.2.0" },
  },
  "path-not-of-upgrade": {
    kind: "user",
    text: "{path} is not one of the files that `sanctioned upgrade` would change.",
    remedy: "`npx sanctioned upgrade --check` lists them.",
    example: { path: "README.md" },
  },
});
