import { declareErrors, declareProblems } from "../errors.ts";

export const fleetErrors = declareErrors({
  "orgs-file-with-problems": {
    kind: "user",
    text: "{file} has {count}.",
    remedy: "Fix what is listed; `npx sanctioned fleet validate` checks it again.",
    example: { file: "orgs.yaml", count: "2 problems" },
  },
  "orgs-file-not-readable": {
    kind: "user",
    text: "The file of the orgs, {file}, {why}.",
    remedy:
      "Write it (docs/fleet.md has the form), or name another with --orgs, where the verb has that option.",
    example: { file: "orgs.yaml", why: "is not there" },
  },
  "org-not-in-fleet": {
    kind: "user",
    text: 'There is no org "{name}" in {file}.',
    remedy: "{remedy}",
    example: { name: "dieppe-prod", file: "orgs.yaml", remedy: 'Did you mean "dieppe"?' },
  },
  "tag-not-in-fleet": {
    kind: "user",
    text: 'No org of {file} has the tag "{tag}".',
    remedy: "{remedy}",
    example: { tag: "prod", file: "orgs.yaml", remedy: 'Did you mean "production"?' },
  },
  "nothing-selected": {
    kind: "user",
    text: "No org of {file} is selected by all of {options} at once.",
    remedy: "Leave one of them out.",
    example: { file: "orgs.yaml", options: "--only and --tag" },
  },
  "git-not-asked": {
    kind: "user",
    text: "Git does not say what changed since {ref}: {why}.",
    remedy: "Name a commit or a branch that is here (in CI, fetch it first), or leave --changed-since out.",
    example: { ref: "origin/main", why: "unknown revision" },
  },
  "fleet-variable-empty": {
    kind: "settings",
    text: "{setting} of the org {org} is to be in the variable {variable}, which is not set or empty.",
    remedy: "Set it for this run, or name another under `credentials` in {file}.",
    example: { setting: "privateKey", org: "dieppe", variable: "DIEPPE_KEY", file: "orgs.yaml:12" },
  },
  "org-without-stack": {
    kind: "settings",
    text: "The org {org} names no stack ({file}).",
    remedy: "Give it one with `stack:`.",
    example: { org: "dieppe", file: "orgs.yaml:12" },
  },
  "stack-policy-is-another": {
    kind: "user",
    text: "{file} says that the policy of {name} is {policy}, and its stack is updated by {ofStack}.",
    remedy: "Name the same in both. Nothing of it was judged.",
    example: {
      name: "dieppe",
      policy: "policy/dieppe.yaml",
      file: "orgs.yaml:12",
      ofStack: "policy/old.yaml",
    },
  },
  "stack-name-not-valid": {
    kind: "settings",
    text: '"{stack}" is no name of a stack.',
    remedy: "`npx pulumi stack ls` shows those that there are.",
    example: { stack: "--config-file" },
  },
  "stack-config-not-read": {
    kind: "settings",
    text: "The config of the stack {stack} cannot be read: {why}.",
    remedy:
      "`npx pulumi config --stack {stack}` shows more; its backend and passphrase (PULUMI_CONFIG_PASSPHRASE) have to be at hand.",
    example: { stack: "dieppe", why: "no stack of this name" },
  },
  "fleet-org-is-another": {
    kind: "user",
    text: "The credentials of {name} lead to the org {found} ({foundName}), and {file} says that it is {expected}.",
    remedy: "Correct the id or the credentials. Nothing of it was judged.",
    example: {
      name: "dieppe",
      found: "00D000000000002EAA",
      foundName: "Rouen Retail",
      file: "orgs.yaml:8",
      expected: "00D000000001942EAA",
    },
  },
  "fleet-limits-exceeded": {
    kind: "user",
    text: "Over the limits of the fleet ({place}): {exceeded}. Nothing is revoked in any org.",
    remedy: "If all of it is meant, raise `limits` there, or split the change.",
    example: { place: "orgs.yaml:2", exceeded: "412 revocations, over 200 (limits.revocations)" },
  },
  "plans-folder-exists": {
    kind: "user",
    text: "{folder} is there already, and nothing is ever written over.",
    remedy: "Name a new folder with --out.",
    example: { folder: "plans" },
  },
  "plans-folder-not-writable": {
    kind: "user",
    text: "{folder} cannot be made ({why}).",
    remedy: "Name another folder with --out.",
    example: { folder: "plans", why: "EACCES" },
  },
  "plans-folder-not-whole": {
    kind: "user",
    text: "{folder} is no whole folder of plans: {why}.",
    remedy: "Make a new one with `npx sanctioned fleet plan --out FOLDER`.",
    example: { folder: "plans", why: "fleet.json is not there, as where a run was ended" },
  },
  "history-not-usable": {
    kind: "user",
    text: "The history {file} {why}. Nothing was added to it.",
    remedy:
      "Name another file with --history, or under `history` in orgs.yaml; docs/fleet-reports.md has more.",
    example: { file: "fleet-history.jsonl", why: "holds something else" },
  },
  "history-outside": {
    kind: "user",
    text: "The history {file} is not in the folder of the file of the orgs, or is a link that leads out of it.",
    remedy: "Name one within it; a file elsewhere is named with --history, by whoever runs the command.",
    example: { file: "../fleet-history.jsonl" },
  },
  "plans-of-other-orgs": {
    kind: "user",
    text: "The plans are of {name} as {id}, and {file} lists no such org.",
    remedy: "Plan again: the file of the orgs has changed since.",
    example: { name: "dieppe", id: "00D000000001942EAA", file: "orgs.yaml" },
  },
  "plan-of-another-org": {
    kind: "user",
    text: "The plan of {name} in {folder} is of the org {found}, and not of {id}.",
    remedy: "Make a new folder with `npx sanctioned fleet plan --out FOLDER`.",
    example: { name: "dieppe", folder: "plans", found: "00D000000000002EAA", id: "00D000000001942EAA" },
  },
  "fleet-handed-out-nothing": {
    kind: "user",
    text: "Nothing is handed out to be updated.",
    remedy: "{why}",
    example: { why: "Over the limits of the fleet (orgs.yaml:2): 12 orgs, over 10 (limits.orgs)." },
  },
  "fleet-not-judged-whole": {
    kind: "user",
    text: "{count} could not be judged, so that nothing is handed out: {orgs}.",
    remedy:
      "`npx sanctioned fleet plan` says why. --judged-only updates the others, and leaves these as they are.",
    example: { count: "2 orgs", orgs: "havre, rouen" },
  },
  "wave-too-large": {
    kind: "user",
    text: "Wave {wave} has {count} orgs to update, and {of} runs {most} at most.",
    remedy: "Give some a later wave in the file of the orgs, or update a part: --only, --tag.",
    example: { wave: 1, count: 300, most: 256, of: "a matrix of GitHub's" },
  },
  "plans-folder-not-plain": {
    kind: "user",
    text: "{folder} cannot be named in a workflow: it may have letters, digits and the signs . _ / - alone.",
    remedy: "Give the folder of plans another name.",
    example: { folder: "my plans" },
  },
  "job-value-not-plain": {
    kind: "user",
    text: "{name} is no name of an environment or an image.",
    remedy: "Write letters, digits, blanks and . _ / : @ - alone.",
    example: { name: "$PROD" },
  },
  "plan-not-in-folder": {
    kind: "user",
    text: "{folder} has no plan of {name}, so that nothing is revoked there.",
    remedy: "Make a new folder with --dry-run --out FOLDER, of all orgs that are meant.",
    example: { folder: "plans", name: "dieppe" },
  },
  "fleet-run-not-on-record": {
    kind: "user",
    text: "Not all of what was done in {name} is on record: {why}.",
    remedy: "Look at the record before anything else; `npx sanctioned audit verify` says what it holds.",
    example: { name: "dieppe", why: "the record is no longer there" },
  },
  "stack-state-not-verified": {
    kind: "user",
    text: "The state of the stack {stack} is not verified, so that nothing of it is run: {why}.",
    remedy: "`npx pulumi stack export --stack {stack} | npx sanctioned verify-state -` shows all of it.",
    example: { stack: "dieppe", why: "a resource has code of another package" },
  },
  "stack-state-not-read": {
    kind: "user",
    text: "The state of the stack {stack} cannot be read: {why}.",
    remedy: "`npx pulumi stack export --stack {stack}` shows more.",
    example: { stack: "dieppe", why: "no stack named 'dieppe' found" },
  },
  "stack-says-otherwise": {
    kind: "user",
    text: "The config of the stack {stack} says {key}: {found}. An update of the fleet takes {expected}.",
    remedy: "Take it out of the config, or make the two the same.",
    example: {
      stack: "dieppe",
      key: "policy",
      found: "policy/old.yaml",
      expected: "policy/dieppe.yaml, as orgs.yaml says",
    },
  },
  "update-failed": {
    kind: "user",
    text: "{reason}",
    remedy: "The next `fleet up` begins with it.",
    example: { reason: "1 revocation failed; the record says more." },
  },
  "engine-killed": {
    kind: "user",
    text: "The engine was killed ({signal}), which leaves the lock of its stack.",
    remedy:
      "`npx pulumi cancel --stack {stack}`, then the same command again: it goes on where this one ended.",
    example: { signal: "SIGKILL", stack: "dieppe" },
  },
  "stack-locked": {
    kind: "user",
    text: "{reason}",
    remedy:
      "See that no other update of it is under way, then `npx pulumi cancel --stack {stack}`, and the same command again.",
    example: { reason: "the stack is currently locked by 1 lock(s).", stack: "dieppe" },
  },
  "update-ended": {
    kind: "user",
    text: "It was told to end: {reason}",
    // An engine that is told twice, by its process group and by us, ends without letting go of its lock.
    remedy:
      "The same command again goes on from there; if that says that the stack is locked, `npx pulumi cancel --stack {stack}` first.",
    example: { reason: "update canceled", stack: "dieppe" },
  },
  "update-not-begun": {
    kind: "user",
    text: "It was told to end before its update began.",
    remedy: "The same command again begins with it.",
    example: {},
  },
  "lower-wave-open": {
    kind: "user",
    text: "Wave {wave} is not begun, since by this folder of plans there is still something to revoke in lower ones: {orgs}.",
    remedy:
      "Begin with `--wave {lowest}`, or leave `--wave` out: all go from the lowest, and what is done has nothing to do.",
    example: { wave: 1, lowest: 0, orgs: "canary (wave 0)" },
  },
  "wave-not-there": {
    kind: "user",
    text: "Nothing is to be updated in wave {wave}.",
    remedy: "Waves with something to do: {waves}.",
    example: { wave: 2, waves: "0, 1" },
  },
});

export const fleetProblems = declareProblems({
  "fleet-name-not-valid": {
    text: "{place} is not a valid name: {found}",
    remedy: "write small letters, digits and hyphens, as in acme-production",
    example: { place: "orgs[0].name", found: '"Acme Production"' },
  },
  "fleet-value-malformed": {
    text: "{place} is not valid: {found}",
    remedy: "{remedy}",
    example: {
      place: "orgs[0].credentials.privateKey",
      found: '"-----BEGIN"',
      remedy: "write the name of a variable, as in ACME_PRIVATE_KEY",
    },
  },
  "org-listed-twice": {
    text: "{place} is that of {other} too: {found}",
    remedy: "{remedy}",
    example: {
      place: "orgs[1].id",
      other: "orgs[0] (line 4)",
      found: "00D000000001942EAA",
      remedy: "list each org once",
    },
  },
  "org-name-reserved": {
    text: '{place} is "{found}", which names a file of the whole fleet',
    remedy: "give the org another name",
    example: { place: "orgs[0].name", found: "fleet" },
  },
  "fleet-history-outside": {
    text: "{place} is not in the folder of this file: {found}",
    remedy: "name a file within it; one elsewhere is named with --history, by whoever runs the command",
    example: { place: "history", found: '"../history.jsonl"' },
  },
  "org-without-credentials": {
    text: "{place} does not say how it is reached",
    remedy:
      "with several orgs each needs `credentials:`, the name of a variable by setting or `stack`; the environment's own names would be those of all",
    example: { place: "orgs[0]" },
  },
  "access-token-shared": {
    text: "{place} would be sent to every org, and a token is of one",
    remedy: "name the variable of each org's token in its own entry",
    example: { place: "credentials.accessToken" },
  },
  "org-credentials-without-stack": {
    text: "{place} is `stack`, and the org has none",
    remedy: "name its stack with `stack:`",
    example: { place: "orgs[0].credentials" },
  },
  "org-policy-of-another": {
    text: "{place} is {found}, whose org is {other}",
    remedy: "name this org's own policy, or correct the id",
    example: { place: "orgs[0].policy", found: "policy/acme.yaml", other: "00D000000000002EAA" },
  },
});
