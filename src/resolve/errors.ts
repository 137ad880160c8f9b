import { declareProblems } from "../errors.ts";

export const resolveProblems = declareProblems({
  "users-are-nobody": {
    text: "nobody in {org} is in scope of the app, so that every grant of it would be revoked",
    remedy: "name somebody, or write `users: nobody` if that is meant",
    example: { org: "Dieppe" },
  },
  "policy-of-another-org": {
    text: "the policy is for the org {expected}, but the credentials lead to {org} ({id})",
    remedy: "use this org's own policy, or the credentials of the org that the policy is for",
    example: { expected: '"Acme"', org: "Dieppe", id: "00D000000000001EAA" },
  },
  "user-not-in-org": {
    text: 'no user "{name}" in {org}',
    remedy: "{remedy}",
    example: { name: "an@dieppe.example", org: "Dieppe", remedy: 'did you mean "ann@dieppe.example"?' },
  },
  "pattern-matches-nobody": {
    text: 'no username like "{pattern}" in {org}',
    remedy: "correct it or remove it",
    example: { pattern: "*@calais.example", org: "Dieppe" },
  },
  "name-not-in-org": {
    text: 'no {what} "{name}" in {org}',
    remedy: "{remedy}",
    example: { what: "profile", name: "Sale User", org: "Dieppe", remedy: 'did you mean "Sales User"?' },
  },
  "label-ambiguous": {
    text: '{count} {what}s of {org} have the label "{label}": {names}',
    remedy: "say which by its API name",
    example: { count: 2, what: "permission set", org: "Dieppe", label: "Twin", names: "Twin_A, Twin_B" },
  },
  "name-and-label": {
    text: '"{name}" is the API name of one {what} of {org} and the label of another: {names}',
    remedy: "say which by a name that it alone has, or have one of the two renamed",
    example: { what: "permission set", org: "Dieppe", name: "Sellers", names: "Sellers, Sellers_EMEA" },
  },
  "app-id-not-in-org": {
    text: "no {what} with the id {id} in {org}",
    remedy: "correct it or remove it",
    example: { what: "app", id: "0H4000000000009CAA", org: "Dieppe" },
  },
  "app-name-not-in-org": {
    text: 'no {what} named "{name}" in {org}',
    remedy: "{remedy}",
    example: { what: "app", name: "Slak", org: "Dieppe", remedy: 'did you mean "Slack"?' },
  },
  "app-name-ambiguous": {
    text: '{count} {what}s of {org} are named "{name}": {ids}',
    remedy: "say which with `id`",
    example: {
      what: "app",
      count: 2,
      org: "Dieppe",
      name: "Twin",
      ids: "0xI000000000001EAA, 0xI000000000002EAA",
    },
  },
  "app-id-is-a-name": {
    text: "no {what} with the id {id} in {org}, which has one of that name",
    remedy: "write it under `name:` where the name is meant",
    example: { what: "app", id: "0H4LeadScoring1CAA", org: "Dieppe" },
  },
  "app-name-and-id-differ": {
    text: 'the {what} {id} is named "{actual}" in {org}, not "{name}"',
    remedy: "correct the name or the id",
    example: { what: "app", id: "0H4000000000001CAA", actual: "Slack", org: "Dieppe", name: "Payroll" },
  },
  "app-listed-by-name-and-id": {
    text: 'the {what} "{app}" is listed twice, by name and by id ({other})',
    remedy: "keep the entry with the id",
    example: { what: "app", app: "Slack", other: "policy/acme.yaml:4" },
  },
});
