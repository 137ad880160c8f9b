import { declareErrors } from "../errors.ts";

export const cliErrors = declareErrors({
  "command-line-not-valid": {
    kind: "user",
    text: "The command line is not valid: {fault}.",
    remedy: "`npx {verb} --help` shows what it takes.",
    example: { fault: "unknown option '--plicy'", verb: "sanctioned plan" },
  },

  "verb-not-known": {
    kind: "user",
    text: 'There is no verb "{verb}".',
    remedy: "{meant}`npx sanctioned --help` lists them.",
    example: { verb: "reprot", meant: 'Did you mean "report"? ' },
  },

  // Stopping
  "stop-not-asked": {
    kind: "user",
    text: "Nothing was asked to stop: {file} cannot be written ({why}).",
    remedy: "Run it as who runs what is to stop, or end that with Ctrl-C.",
    example: { file: ".sanctioned/stop", why: "EACCES" },
  },
  "revocation-stopped": {
    kind: "user",
    text: "It stopped before its end, since {why}.",
    remedy: "What was done is above and on record; for what is left: `{command}`.",
    example: {
      why: "it was told to end (SIGINT)",
      command: "npx sanctioned revoke --user ada.weber@dieppe.example --reason 'Left (HR-81)'",
    },
  },

  // Files
  "file-not-found": {
    kind: "user",
    text: "{what} {file} does not exist.",
    remedy: "Check the path.",
    example: { what: "The plan", file: "plan.json" },
  },
  "file-not-readable": {
    kind: "user",
    text: "{what} {file} {why}.",
    remedy: "Check what it is and who may read it.",
    example: { what: "The plan", file: "plan.json", why: "is not a regular file" },
  },
  "file-exists": {
    kind: "user",
    text: "{file} already exists.",
    remedy: "Remove it, or name another with {option}.",
    example: { file: "policy/acme.yaml", option: "--out" },
  },
  "file-not-writable": {
    kind: "user",
    text: "{file} cannot be written ({why}).",
    remedy: "Name another with {option}.",
    example: { file: "policy/acme.yaml", why: "EACCES", option: "--out" },
  },
  "org-chosen-twice": {
    kind: "user",
    text: "--org and --stack both say which org is meant.",
    remedy: "Give one of them.",
    example: {},
  },
  "base-not-there": {
    kind: "user",
    text: "{folder}, which is to hold the policies of before, is no folder.",
    remedy:
      "Name the one that the earlier policies were taken to (git worktree add, or a checkout), or leave --base out.",
    example: { folder: "base" },
  },
  "in-no-org": {
    kind: "user",
    text: "None of the {count} that could be read has the {what}. Nothing is revoked.",
    remedy:
      "{meant}`npx sanctioned fleet report` shows the apps as the orgs call them, and `npx sanctioned list --by user --org NAME` the usernames.",
    example: { what: 'app "Drfit"', count: "12 orgs", meant: 'Did you mean "Drift"? ' },
  },
  "file-of-another-org": {
    kind: "user",
    text: "{file} is of the org {found}, and --org says {name}, which is {id}.",
    remedy: "Name that org's file, or the other org.",
    example: { file: "plan.json", found: "00D000000000002EAA", name: "dieppe", id: "00D000000001942EAA" },
  },
  "org-choice-not-taken": {
    kind: "user",
    text: "{option} says which org is read, and `sanctioned {verb}` does not read one.",
    remedy: "Leave it out; the verbs of a fleet take --only NAME.",
    example: { option: "--org", verb: "fleet plan" },
  },
  "plans-folder-not-named": {
    kind: "user",
    text: "Nothing says where the plans are that the updates are held to.",
    remedy: "Name a folder of plans with --plans, or a new one to plan into with --out.",
    example: {},
  },
  "org-not-named": {
    kind: "user",
    text: "No org is named.",
    remedy: "Name the one that is to be updated with --org.",
    example: {},
  },
  "org-not-handed-out": {
    kind: "user",
    text: "Nothing may be applied in {org} by the plans in {folder} ({why}).",
    remedy: "`npx sanctioned fleet plan` says more.",
    example: { folder: "plans", org: "acme", why: "left out, over its own limits: acme" },
  },
  "base-not-named": {
    kind: "settings",
    text: "The commit that was applied last is not named.",
    remedy: "Name it with --last-applied, or with --authors the file that `npx sanctioned ci authors` wrote.",
    example: {},
  },
  "authors-file-not-valid": {
    kind: "user",
    text: "{file} is not what `sanctioned ci authors` prints.",
    remedy: "Let the job that plans write it.",
    example: { file: "authors.env" },
  },
  "no-policy-file": {
    kind: "user",
    text: "There is no policy in the folder {folder}.",
    remedy: "Name one, or write a first draft with `npx sanctioned init`.",
    example: { folder: "policy" },
  },
  "several-policy-files": {
    kind: "user",
    text: "There are several policies: {files}.",
    remedy: "Say which is meant, as in `{command}`; remove those that are no org's, as a sample.",
    example: {
      files: "policy/acme.yaml, policy/dieppe-trading.yaml",
      command: "npx sanctioned plan --policy policy/acme.yaml",
    },
  },

  // Decisions that are written into a policy
  "policy-changed-meanwhile": {
    kind: "user",
    text: "{file} was changed by somebody else meanwhile. It is as they left it.",
    remedy: "Look at what changed, and decide again.",
    example: { file: "policy/acme.yaml" },
  },
  "policy-not-writable": {
    kind: "user",
    text: "{file} cannot be written ({why}).",
    remedy: "Run it as who may write there, or commit to a branch with --branch.",
    example: { file: "policy/acme.yaml", why: "EACCES" },
  },
  "app-named-without-org": {
    kind: "user",
    text: '"{app}" is a name, and no org is read in which it would be looked up.',
    remedy: "Name the app by its id (0H4… or 0xI…), which `npx sanctioned list --format json` shows.",
    example: { app: "Slack" },
  },
  "app-not-told": {
    kind: "user",
    text: '"{app}" is what grants call it that do not say which app they are of.',
    remedy: "Name the app by its id: `npx sanctioned list --format json` shows which have that name.",
    example: { app: "Slack" },
  },
  "provider-not-edited": {
    kind: "user",
    text: '"{app}" is an identity provider, and not an app.',
    remedy: "Write it under `identityProviders` in the policy by hand (docs/policy.md).",
    example: { app: "Okta" },
  },
  "app-or-user-missing": {
    kind: "user",
    text: "Nothing says what is meant.",
    remedy: "Name an app with --app, or a user with --user.",
    example: {},
  },
  "users-not-said": {
    kind: "user",
    text: "Nothing says for whom the app is sanctioned.",
    remedy: "Give --profiles, --permission-sets, --usernames or another list, or --everyone.",
    example: {},
  },
  "everyone-and-some": {
    kind: "user",
    text: "--everyone and a list both say for whom the app is sanctioned.",
    remedy: "Give one of them.",
    example: {},
  },
  "reason-of-app-missing": {
    kind: "user",
    text: "Nothing says why the app is sanctioned.",
    remedy: "Give --reason.",
    example: {},
  },
  "nothing-to-change": {
    kind: "user",
    text: "The app is sanctioned already, and nothing says what is to change.",
    remedy: "Give --owner, --reason, --review-by, or for whom.",
    example: {},
  },
  "app-not-there-yet": {
    kind: "user",
    text: 'No app "{app}" in {org}.',
    remedy: "{meant}`npx sanctioned list` shows the names. Where it is still to be installed: `{command}`.",
    example: {
      app: "Contract Signer",
      org: "Dieppe Trading",
      meant: "",
      command:
        "npx sanctioned allow --app 'Contract Signer' --everyone --reason 'Contracts (SEC-402)' --expected-by 2027-03-31",
    },
  },
  "app-there-already": {
    kind: "user",
    text: '{org} has the app "{app}" already: nothing is to be waited for.',
    remedy: "Leave --expected-by out.",
    example: { app: "Slack", org: "Dieppe Trading" },
  },
  "expected-day-over": {
    kind: "user",
    text: "The day up to which the app need not be there is over ({day}).",
    remedy: "Give a day to come with --expected-by.",
    example: { day: "2026-11-25" },
  },
  "text-empty": {
    kind: "user",
    text: "{option} says nothing.",
    remedy: "Write something that a reader of the policy understands.",
    example: { option: "--reason" },
  },
  "option-not-a-day": {
    kind: "user",
    text: "{option} is no day of the calendar.",
    remedy: "Write it as 2027-03-31.",
    example: { option: "--review-by" },
  },
  "exemption-over": {
    kind: "user",
    text: "The exemption would have ended by now ({day}).",
    remedy: "Give a day to come with --expires.",
    example: { day: "2026-11-25" },
  },
  "protected-one-by-one": {
    kind: "user",
    text: "--app and --user together would protect both whole, not the one of the other.",
    remedy:
      "Protect them one by one, or keep the grants of one user for one app for a while with `npx sanctioned exempt`.",
    example: {},
  },
  "review-not-asked": {
    kind: "user",
    text: "A review asks, and there is nobody at a terminal here who could answer.",
    remedy:
      'Run it at a terminal, or decide one by one: `npx sanctioned deny --app NAME --reason "Why"`, and likewise allow, exempt and protect.',
    example: {},
  },
  "review-not-judged": {
    kind: "user",
    text: "{file} does not have what the policy asks for.",
    remedy: "Save it again: `npx sanctioned plan --save-inventory FILE` with the same --policy.",
    example: { file: "inventory.json" },
  },
  "answer-not-given": {
    kind: "user",
    text: "A question was not answered: nothing is written.",
    remedy: "Run it again, or give the answers as options, which --help shows.",
    example: {},
  },
  "branch-not-named": {
    kind: "user",
    text: "A pull request needs a branch of its own.",
    remedy: "Name a new one with --branch.",
    example: {},
  },
  "forge-not-known": {
    kind: "user",
    text: "The address of origin does not say where a pull request is opened.",
    remedy: "Say so with --post, and name the repository with --repository.",
    example: {},
  },
  "base-branch-not-known": {
    kind: "user",
    text: "No branch is checked out that a pull request could be for. The new branch is made and not pushed.",
    remedy: "Check one out, remove that branch, and run it again.",
    example: {},
  },
  "no-audit-record": {
    kind: "user",
    text: "There is no audit record in {folder}.",
    remedy: "Name one.",
    example: { folder: ".sanctioned" },
  },

  // A repository of one's own
  "no-org-to-draft-from": {
    kind: "user",
    text: "No org is connected that a policy could be drafted from.",
    remedy:
      "Give a way in (docs/connecting.md), or add --example: Dieppe Trading, against the local org, which needs none.",
    example: {},
  },
  "mark-not-there": {
    kind: "user",
    text: "{folder} is no repository that `sanctioned new` made: {file} is not there.",
    remedy: "Run it in the repository's own folder, or make one with `npx sanctioned new FOLDER`.",
    example: { folder: "/srv/other", file: ".sanctioned.json" },
  },

  // What a verb is told
  "nobody-named": {
    kind: "user",
    text: "Nobody's grants are named.",
    remedy: "Say whose to {verb}: --user, --app or both.",
    example: { verb: "revoke" },
  },
  "reason-missing": {
    kind: "user",
    text: "No reason is given.",
    remedy: "Say why with --reason: it goes on record.",
    example: {},
  },
  "out-without-dry-run": {
    kind: "user",
    text: "--out is for what would be revoked.",
    remedy: "`{command}` writes it; have it signed, and name it with --approved-plan.",
    example: {
      command: "npx sanctioned revoke --app Slack --reason 'Breach (INC-9)' --out plan.json --dry-run",
    },
  },
  "confirmation-not-possible": {
    kind: "user",
    text: "Nobody can be asked here: nothing was revoked.",
    remedy: "Where that is meant: `{command}`.",
    example: { command: "npx sanctioned revoke --app Slack --reason 'Breach (INC-9)' --yes" },
  },
  "grants-came-again": {
    kind: "remote",
    text: "Of what was revoked in {rounds} rounds {count} grants are there again.",
    remedy: "Block the app in Setup (Connected Apps OAuth Usage) or freeze the user, then `{command}`.",
    example: {
      rounds: 5,
      count: 2,
      command: "npx sanctioned revoke --app Drift --reason 'Vendor breach (INC-9)'",
    },
  },
  "run-not-on-record": {
    kind: "user",
    text: "Not all of what this run did is on record. {why}",
    remedy: "Keep what is printed above: the record lacks it.",
    example: {
      why: "The audit record audit.jsonl was removed or moved while the run was under way, so nothing more is revoked.",
    },
  },
  "revocation-not-confirmed": {
    kind: "user",
    text: "The number was not typed: nothing was revoked.",
    remedy: "`{command}` asks again; type the number of grants.",
    example: { command: "npx sanctioned revoke --app Slack --reason 'Breach (INC-9)'" },
  },
  "probe-pair-not-whole": {
    kind: "user",
    text: "A probe revokes the grants of one pair that is named, and only where that is said.",
    remedy: "Give --app, --user and --destructive together, or none of them.",
    example: {},
  },
  "probe-pair-not-revocable": {
    kind: "user",
    text: "There is nothing to revoke of that pair, or the policy keeps it: nothing was revoked.",
    remedy: "Name a pair that holds a grant and is not protected, or probe without --destructive.",
    example: {},
  },
  "approving-not-asked": {
    kind: "user",
    text: "Nobody can be asked here: nothing was signed.",
    remedy: "Where that is meant: `{command}`.",
    example: { command: "npx sanctioned approve plan.json --key ~/.ssh/id_ed25519 --yes" },
  },
  "approving-not-confirmed": {
    kind: "user",
    text: "The number was not typed: nothing was signed.",
    remedy: "`{command}` asks again; type the number of grants.",
    example: { command: "npx sanctioned approve plan.json --key ~/.ssh/id_ed25519" },
  },
  "approving-refused-plan": {
    kind: "user",
    text: "The plan {file} was refused by its own limits, so that no approval can be of use: nothing was signed.",
    remedy:
      "Make it again by a policy with higher limits, or with limits raised for it, the reason between the quotes: `{command}`.",
    example: {
      file: "plan.json",
      command:
        "SANCTIONED_RAISE_REVOCATIONS=104 SANCTIONED_RAISE_REASON='' npx sanctioned plan --policy policy/acme.yaml --out NEW",
    },
  },
  "key-not-named": {
    kind: "user",
    text: "No key is named to sign with.",
    remedy: "Name one with --key, or ask who has approved with --check.",
    example: {},
  },
  "plan-not-named": {
    kind: "user",
    text: "There is nothing to comment on.",
    remedy: "Name the plan with --plan, or with --failed the output of what failed.",
    example: {},
  },
  "plans-of-two-orgs": {
    kind: "user",
    text: "The plans are of two orgs: {org} ({file}) and {baseOrg} ({baseFile}).",
    remedy: "Name two plans of one org.",
    example: {
      org: "00D000000001942EAA",
      file: "plan.json",
      baseOrg: "00D000000002000EAA",
      baseFile: "base.json",
    },
  },
  "report-redacted": {
    kind: "user",
    text: "The report {file} is redacted.",
    remedy: "Name one with its users.",
    example: { file: "report.json" },
  },
  "since-not-a-time": {
    kind: "user",
    text: "--since is not a time.",
    remedy: "{how}",
    example: { how: "Write a day or a time in UTC, as 2027-01-31 or 2027-01-31T08:00:00Z." },
  },
  "since-not-there": {
    kind: "user",
    text: "The earlier report {file} is not there{more}.",
    remedy:
      "The first time there is none: leave {option} out, and keep that report (`npx sanctioned report --format json --out FILE`) for the next one.",
    example: {
      file: "audit/2026-10.json",
      more: ", and it is no day such as 2026-10-01",
      option: "--since",
    },
  },
  "edition-of-html": {
    kind: "user",
    text: "{option} is of a page.",
    remedy: "Add `--format html`{more}.",
    example: { option: "--annex", more: " and `--edition audit`" },
  },
  "since-of-another-org": {
    kind: "user",
    text: "The earlier report is of {name} ({org}), and this is of {thisName} ({thisOrg}).",
    remedy: "Name that org's own.",
    example: {
      name: "Acme",
      org: "00D000000002000EAA",
      thisName: "Dieppe Trading",
      thisOrg: "00D000000001942EAA",
    },
  },
  "since-too-late": {
    kind: "user",
    text: "--since is later than the time of this report, {time}.",
    remedy: "Name an earlier one.",
    example: { time: "2026-11-25T08:00:00.000Z" },
  },
  "record-not-whole": {
    kind: "user",
    text: "The audit record {file} is not whole: it was not signed.",
    remedy: "`npx sanctioned audit verify {file}` says what is wrong with it.",
    example: { file: ".sanctioned/audit-00D000000001942EAA.jsonl" },
  },
  "record-empty": {
    kind: "user",
    text: "The audit record {file} has no line that could be signed.",
    remedy: "Sign it after its first run.",
    example: { file: ".sanctioned/audit-00D000000001942EAA.jsonl" },
  },
  "head-not-a-hash": {
    kind: "user",
    text: "--head is not a hash.",
    remedy: "Give the 64 digits from 0 to f that a run printed, or the first of them, eight at least.",
    example: {},
  },
  "state-not-verified": {
    kind: "user",
    text: "{file} is not what this package writes. Do not run Pulumi with it where there is a credential.",
    remedy: "docs/state.md says how to put an earlier state back.",
    example: { file: "stack.json" },
  },
  "state-and-stack": {
    kind: "user",
    text: "A file and --stack say of two states that they are the one to look at.",
    remedy: "Leave one of them out.",
    example: {},
  },
  "expiry-not-a-day": {
    kind: "user",
    text: "--expires is not a day of the calendar.",
    remedy: "Write it as 2027-03-31.",
    example: {},
  },
  "expiry-too-late": {
    kind: "user",
    text: "--expires is more than {days} days from now.",
    remedy: "Name {latest} or an earlier day, or raise `maxExemptionDays` in the policy.",
    example: { days: 180, latest: "2027-05-22" },
  },
  "news-without-issue": {
    kind: "settings",
    text: "--to tells what is new, which only the issue knows.",
    remedy: "Name where it is with --post.",
    example: {},
  },
  "news-not-delivered": {
    kind: "remote",
    text: "The issue is as it should be, and not every sink took what is new.",
    remedy: "The lines above say why. It is not told again: look at the issue.",
    example: {},
  },
  "command-not-named": {
    kind: "settings",
    text: "The sink command has no program.",
    remedy: "Name it with --command.",
    example: {},
  },

  // The local org
  "local-org-not-named": {
    kind: "settings",
    text: "SF_ORG_INSTANCE_URL is not set.",
    remedy: "Export the lines that `sanctioned simulator` printed.",
    example: {},
  },
  "local-org-not-running": {
    kind: "remote",
    text: "No local org answers at {url}.",
    remedy: "Start one with `npx sanctioned simulator`.",
    example: { url: "http://127.0.0.1:4000" },
  },
  "local-org-refused": {
    kind: "remote",
    text: "The local org refused (HTTP {status}): {answer}.",
    remedy: "Check what was asked of it.",
    example: { status: 404, answer: "there is no user bob" },
  },
  "local-org-not-started": {
    kind: "user",
    text: "The local org cannot start: {why}",
    remedy: "Fix that, and run it again.",
    example: { why: "Port 4000 is taken." },
  },
  "local-org-not-installed": {
    kind: "user",
    text: "The local org is a package of its own, which is not installed.",
    remedy: "Run `npm install --save-dev salesforce-local-org`, then this command again.",
    example: {},
  },
});
