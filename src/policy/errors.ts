import { declareErrors, declareProblems } from "../errors.ts";

export const policyErrors = declareErrors({
  "policy-with-problems": {
    kind: "user",
    text: "The policy has {count}.",
    remedy:
      "Fix what is listed; `npx sanctioned validate` checks it again, with `--look-up` against the org too.",
    example: { count: "2 problems" },
  },
  "decision-not-possible": {
    kind: "user",
    text: "With that decision the policy would have {count}. Nothing is written.",
    remedy: "Settle what is listed first.",
    example: { count: "1 problem" },
  },
  "policy-not-editable": {
    kind: "user",
    text: "{file} is written in a way in which that cannot be put into it without changing anything else. It is as it was.",
    remedy: "Change it by hand; --dry-run on a plainer file shows what to write (docs/policy.md).",
    example: { file: "policy/acme.yaml" },
  },
});

export const policyProblems = declareProblems({
  // The file and its YAML
  "policy-file-not-readable": {
    text: "the policy file {why}",
    remedy: "{remedy}",
    example: { why: "does not exist", remedy: "name one relative to this folder" },
  },
  "named-file-not-readable": {
    text: "the file {file} {why}",
    remedy: "{remedy}",
    example: { file: "shared/base.yaml", why: "does not exist", remedy: "name one relative to policy" },
  },
  "named-file-outside": {
    text: "`{key}` names {file}, which is not in {place}",
    remedy:
      "put the file into that folder or one below it, and name it from there, as in shared.yaml; for files of several folders set a root (docs/policy.md)",
    example: { key: "extends", file: "../shared.yaml", place: "the policy's folder" },
  },
  "named-file-not-a-policy": {
    text: "`{key}` names {file}, which has no line `version: 1`",
    remedy: "name a file of the policy language, and begin that with `version: 1`",
    example: { key: "extends", file: "policy/notes.txt" },
  },
  "named-file-with-problems": {
    text: "`{key}` names {file}, which has problems ({found})",
    remedy: "{remedy}",
    example: {
      key: "extends",
      file: "policy/shared.yaml",
      found: "line 7: unknown-key",
      remedy: "`npx sanctioned validate policy/shared.yaml` shows them",
    },
  },
  "signers-not-valid": {
    text: "the allowed signers of {file} cannot be used: {why}",
    remedy:
      "write a line as `ada@acme.example ssh-ed25519 AAAA…` for each key; docs/approvals.md has the form",
    example: {
      file: "policy/allowed_signers:3",
      why: "its principal is a pattern, which says of no one that they signed",
    },
  },
  "approvals-without-signers": {
    text: "`approvals` does not say who may approve",
    remedy: "name a file of allowed signers, as in `signers: allowed_signers`",
    example: {},
  },
  "approvals-out-of-reach": {
    text: "{required} approvals are required, and {file} lists {people}",
    remedy: "list more signers, or require fewer; two keys, or two names of one key, are one person",
    example: { required: 2, file: "policy/allowed_signers", people: "1 person" },
  },
  "extended-policy-extends": {
    text: "a policy that is extended may not extend another",
    remedy: "remove it, or extend that one directly",
    example: {},
  },
  "policy-too-large": {
    text: "the policy is larger than 1 MiB",
    remedy: "keep it to what people can review",
    example: {},
  },
  "policy-empty": { text: "the policy is empty", remedy: "begin with `version: 1`", example: {} },
  "yaml-not-valid": {
    text: "this is not valid YAML: {why}",
    remedy: "{remedy}",
    example: { why: "Tabs are not allowed as indentation", remedy: "indent with spaces" },
  },
  "several-documents": {
    text: "there is more than one YAML document",
    remedy: "keep one policy in each file, without `---` between parts",
    example: {},
  },
  "nested-too-deep": {
    text: "the policy is nested deeper than {levels} levels",
    remedy: "a policy needs no more than a few",
    example: { levels: 32 },
  },
  "character-not-seen": {
    text: "here is {character}, which nobody sees or which changes how others are shown",
    remedy: "remove it; where a name has it, write the name in double quotes and the character as {escape}",
    example: { character: "U+202E", escape: "\\u202e" },
  },
  "directive-not-allowed": {
    text: "directives are not part of the policy language",
    remedy: "remove the line",
    example: {},
  },
  "anchor-not-allowed": {
    text: "anchors and aliases are not part of the policy language",
    remedy: "write the value out",
    example: {},
  },
  "tag-not-allowed": {
    text: "YAML tags (here {tag}) are not part of the policy language",
    remedy: "remove the tag, and quote what is meant as text",
    example: { tag: "!!set" },
  },
  "merge-key-not-allowed": {
    text: "merge keys are not part of the policy language",
    remedy: "write the values out",
    example: {},
  },
  "key-twice": {
    text: 'the key "{key}" is here twice, first in line {line}',
    remedy: "keep one of the two",
    example: { key: "unlisted", line: 2 },
  },

  // The schema
  "unknown-key": {
    text: 'unknown key "{key}" in {place}',
    remedy: "{remedy}",
    example: { key: "usrs", place: "apps[1]", remedy: 'did you mean "users"?' },
  },
  "key-missing": {
    text: '{place} has no "{key}"',
    remedy: "{remedy}",
    example: { place: "the policy", key: "version", remedy: "begin with `version: 1`" },
  },
  "value-empty": {
    text: "{place} is empty",
    remedy: "{remedy}",
    example: { place: "apps[0].users", remedy: "write `users: everyone` or list some" },
  },
  "value-of-wrong-type": {
    text: "{place} must be {wanted}, found {found}",
    remedy: "{remedy}",
    example: {
      place: "apps[0].name",
      wanted: "text",
      found: "true",
      remedy: "quote it if it is meant as text",
    },
  },
  "value-not-allowed": {
    text: "{place} must be {wanted}, found {found}",
    remedy: "{remedy}",
    example: {
      place: "unlisted",
      wanted: "`revoke` or `report`",
      found: '"revok"',
      remedy: 'did you mean "revoke"?',
    },
  },
  "value-not-valid": {
    text: "{place} {why}, found {found}",
    remedy: "see docs/policy.md",
    example: { place: "limits.percent", why: "must be multiple of 1", found: "2.5" },
  },
  "number-out-of-range": {
    text: "{place} {bound}, found {found}",
    remedy: "write a number within the bounds",
    example: { place: "limits.percent", bound: "must be <= 100", found: "120" },
  },
  "org-id-not-valid": {
    text: "{place} is not a valid id: {found}",
    remedy: "an org's id has 15 or 18 characters and starts with 00D",
    example: { place: "org.id", found: '"abc"' },
  },
  "app-id-not-valid": {
    text: "{place} is not a valid id: {found}",
    remedy:
      "an app's id has 15 or 18 characters and starts with 0H4 (connected app) or 0xI (external client app)",
    example: { place: "apps[0].id", found: '"00D000000000001EAA"' },
  },
  "provider-id-not-valid": {
    text: "{place} is not a valid id: {found}",
    remedy: "an identity provider's id has 15 or 18 characters and starts with 0SO (Auth. Provider)",
    example: { place: "identityProviders[0].id", found: '"0H4000000000001CAA"' },
  },
  "id-miscopied": {
    text: "{place} is not the id of anything: {found}, whose last three characters do not follow from the others",
    remedy: "copy it again, with its upper and lower case; a name of this form is written under `name:`",
    example: { place: "apps[0].id", found: '"0H4000000000001CAB"' },
  },
  "permission-not-an-api-name": {
    text: "{place} is not the API name of a permission: {found}",
    remedy: "write it as in ModifyAllData, without spaces",
    example: { place: "highPrivilege.permissions[0]", found: '"Modify All Data"' },
  },
  "day-not-valid": {
    text: "{place} is not a day of the calendar: {found}",
    remedy: "write it as 2027-03-31",
    example: { place: "exemptions[0].expires", found: '"2027-02-30"' },
  },
  "day-out-of-range": {
    text: "{place} is not a day from 1999 to 2099: {found}",
    remedy: "write the day that is meant, or leave the key out",
    example: { place: "highPrivilege.grantedSince", found: '"2999-01-01"' },
  },
  "time-not-valid": {
    text: "{place} is not a time: {found}",
    remedy: "write it as 2026-03-31T08:30:00Z",
    example: { place: "grants[0].granted", found: '"soon"' },
  },

  // What a policy says twice, or both ways
  "app-without-name-and-id": {
    text: "an {what} has neither name nor id",
    remedy: "give its id (0H4… or 0xI…; 0SO… of an identity provider), its name, or both",
    example: { what: "app" },
  },
  "app-without-users": {
    text: 'the {what} "{app}" has no "users"',
    remedy:
      "say who is in scope: `users: everyone`, or usernames, profiles and the like; or deny it with `sanctioned: false`",
    example: { what: "app", app: "Slack" },
  },
  "denied-app-with-users": {
    text: 'the {what} "{app}" is denied ({denied}) and has users in scope',
    remedy: "remove one of the two; to allow what an extended policy denies, say `sanctioned: true` as well",
    example: { what: "app", app: "Slack", denied: "policy/acme.yaml:7" },
  },
  "expected-without-day": {
    text: 'the app "{app}" is expected, and nothing says until when',
    remedy: "add the last day on which it need not be there, as in `expectedBy: 2027-03-31`",
    example: { app: "Zoom" },
  },
  "expected-not-said": {
    text: 'the app "{app}" has a day by which it is expected, and is not said to be',
    remedy: "add `expected: true`, or take `expectedBy` out",
    example: { app: "Zoom" },
  },
  "denied-app-expected": {
    text: 'the app "{app}" is denied ({denied}) and expected',
    remedy: "take `expected` and `expectedBy` out: a denial needs no app to be there",
    example: { app: "Zoom", denied: "policy/acme.yaml:7" },
  },
  "app-listed-twice": {
    text: 'the {what} "{name}" is listed twice',
    remedy: "keep one of the two (the first is {other})",
    example: { what: "app name", name: "Slack", other: "in line 4" },
  },
  "entry-listed-twice": {
    text: 'the {what} "{name}" is listed twice',
    remedy: "keep one of the two (the first is {other})",
    example: { what: "username", name: "ada@acme.example", other: "in line 4" },
  },
  "in-scope-and-excepted": {
    text: '"{name}" is both in scope and excepted ({other})',
    remedy: "keep one of the two",
    example: { name: "Sales User", other: "in line 8" },
  },
  "user-offboarded-and-protected": {
    text: 'the user "{name}" is offboarded and protected ({other})',
    remedy: "remove them from one of the two",
    example: { name: "ada@acme.example", other: "in line 4" },
  },
  "app-denied-and-protected": {
    text: 'the app "{name}" is denied and protected ({other})',
    remedy: "remove it from one of the two",
    example: { name: "Slack", other: "in line 5" },
  },
  "app-sanctioned-and-denied": {
    text: 'the {what} "{name}" is sanctioned and denied ({other})',
    remedy: "say which one is meant with `id`, or keep one of the two",
    example: { what: "app", name: "Slack", other: "in line 5" },
  },
  "user-exempt-and-protected": {
    text: 'the user "{name}" is exempt and protected ({other})',
    remedy: "an exemption of a protected user does nothing: remove one of the two",
    example: { name: "ada@acme.example", other: "in line 4" },
  },
  "user-exempt-and-offboarded": {
    text: 'the user "{name}" is exempt and offboarded ({other})',
    remedy: "an exemption of an offboarded user does nothing: remove one of the two",
    example: { name: "ada@acme.example", other: "in line 4" },
  },
  "app-exempt-and-protected": {
    text: 'the app "{name}" is exempt and protected ({other})',
    remedy: "an exemption of a protected app does nothing: remove one of the two",
    example: { name: "Slack", other: "in line 4" },
  },
  "exemption-of-nothing": {
    text: "an exemption names neither an app nor a user",
    remedy: "say `app`, `user` or both",
    example: {},
  },
  "pattern-of-everything": {
    text: "every name is like this pattern",
    remedy: "say `unlisted: revoke`, or more of the names that are meant",
    example: {},
  },
  "exception-of-nothing": {
    text: "an exception from high privilege names neither an app nor a user",
    remedy: "say `app`, `user` or both",
    example: {},
  },
  "users-except-alone": {
    text: "`except` alone leaves nobody in scope",
    remedy: "add `everyone: true`, or write `users: nobody` if every grant of the app is to be revoked",
    example: {},
  },
  "baseline-not-dated": {
    text: "the baseline has a grant without `granted`, and does not say when it was written",
    remedy: "add the day, as in `written: 2026-11-25`; what was granted later is then not known",
    example: {},
  },
  "baseline-too-long": {
    text: "the baseline lasts longer than {days} days from now",
    remedy: "let it expire by {latest} and renew it then, or raise `maxExemptionDays`",
    example: { days: 180, latest: "2027-05-22" },
  },
  "baseline-of-a-day-to-come": {
    text: "the baseline was written later than the time of this run ({day})",
    remedy: "write the day on which its grants were looked at",
    example: { day: "2026-11-25" },
  },
  "exemption-too-long": {
    text: "the exemption lasts longer than {days} days from now",
    remedy: "let it expire by {latest} and renew it then, or raise `maxExemptionDays`",
    example: { days: 180, latest: "2027-05-22" },
  },
  "platform-apps-not-said": {
    text: "`unlisted: revoke` takes Salesforce's own apps too (mobile app, CLI, Data Loader …) where `apps` does not list them, and the policy does not say that this is meant",
    remedy:
      "add `platformApps: keep` to let people keep them, `report` to look at them first, or `revoke` if it is meant (docs/policy.md, Salesforce's own apps)",
    example: {},
  },
  "privilege-of-nobody": {
    text: "highPrivilege names nobody",
    remedy: "say `permissions`, `profiles` or `permissionSets`",
    example: {},
  },
  "privilege-looks-back-twice": {
    text: "highPrivilege looks back in two ways",
    remedy: "keep `grantedSince` or `grantedWithinDays`",
    example: {},
  },
});
