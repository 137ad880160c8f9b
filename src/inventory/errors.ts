import { declareErrors } from "../errors.ts";

export const inventoryErrors = declareErrors({
  "list-not-completed": {
    kind: "inconclusive",
    text: "the list of grants could not be completed. {why}",
    remedy: "Once that is fixed, run it again.",
    example: {
      why: "No answer from acme.my.salesforce.com (ECONNRESET). Check the address, the network and any proxy. [host-not-reachable]",
    },
  },
  "api-share-exceeded": {
    kind: "user",
    text: "Listing the grants of {host} takes up to {calls} API calls; {left} of its {limit} are left for the last 24 hours, and a run may take {percent}% of them.",
    remedy: "Try later, or allow more with maxApiShare (SANCTIONED_MAX_API_SHARE, 0 to 1).",
    example: { host: "acme.my.salesforce.com", calls: 2240, left: 5000, limit: 100_000, percent: 20 },
  },
  "own-app-not-in-org": {
    kind: "settings",
    text: "SANCTIONED_OWN_APP (ownApp) names no app of this org: none has that id, and none with an id has that name.",
    remedy:
      "Give the id that Setup shows for the app. An app that is not installed has none: list it under `protected.apps` of the policy instead.",
    example: {},
  },
  "own-app-ambiguous": {
    kind: "settings",
    text: 'The tool is connected through "{app}", and several apps of the org have that name: {ids}.',
    remedy: "Say which with SANCTIONED_OWN_APP (ownApp) and its id.",
    example: { app: "sanctioned", ids: "0H4000000000001CAA, 0H4000000000002CAA" },
  },
  "permissions-not-readable": {
    kind: "inconclusive",
    text: "the permissions of {user} cannot be read ({salesforceCode}), so that a short list could look complete.",
    remedy: "Grant them API Enabled.",
    example: { user: "sanctioned@acme.example", salesforceCode: "INVALID_TYPE" },
  },
  "permissions-missing": {
    kind: "inconclusive",
    text: "{user} may not see every user's grants.",
    remedy: "Grant them {missing}, by a permission set, and try again.",
    example: { user: "sanctioned@acme.example", missing: "Customize Application and Manage Users" },
  },
  "external-apps-hidden": {
    kind: "inconclusive",
    text: "the org lists no external client apps, and {where} names one ({id}): the grants of such apps cannot be listed.",
    remedy:
      'Grant the user "View all External Client Apps, view their settings, and edit their policies", by a permission set; where that was done just now, try again in a while.',
    example: { where: "the app menu", id: "0xI000000000001EAA" },
  },
  "no-sight-of-others": {
    kind: "inconclusive",
    text: "no grant of anybody but {user} is to be seen, in an org of {others} other active users, and what {user} is assigned does not show Customize Application and Manage Users, without which the grants of others are left out. That the org says they are granted may come from its cache.",
    remedy:
      "Look at Setup, Connected Apps OAuth Usage. If others have grants there, grant both anew, by a permission set, and run it again in a while. If nobody has one, View Setup and Configuration lets the assignments be read; or let another user authorize an app, as `sf org login web` does: a grant of theirs that is seen is the proof.",
    example: { user: "sanctioned@acme.example", others: 350 },
  },
  "no-sight-of-others-links": {
    kind: "inconclusive",
    text: "no link of anybody but {user} to an identity provider is to be seen, and what {user} is assigned does not show Manage Users, without which the links of others are left out. That the org says it is granted may come from its cache.",
    remedy:
      "Grant Manage Users anew, by a permission set, and run it again in a while. If nobody has such a link, View Setup and Configuration lets the assignments be read.",
    example: { user: "sanctioned@acme.example" },
  },
  "usage-not-shown": {
    kind: "inconclusive",
    text: "the org has external client apps and does not show who uses them ({salesforceCode}).",
    remedy:
      'Grant the user "View all External Client Apps, view their settings, and edit their policies", by a permission set.',
    example: { salesforceCode: "INSUFFICIENT_ACCESS" },
  },
  "usage-not-enabled": {
    kind: "inconclusive",
    text: "the org has external client apps, and its usage resource, which shows who uses them, is not enabled ({salesforceCode}).",
    remedy:
      'Switch on "Allow access to External Client App consumer secrets via REST API" in Setup, External Client Apps, Settings; if it is on, grant the user "View all External Client Apps, view their settings, and edit their policies".',
    example: { salesforceCode: "FUNCTIONALITY_NOT_ENABLED" },
  },
  "usage-not-there": {
    kind: "inconclusive",
    text: "the org has external client apps ({apps} of them), and no usage resource that shows who uses them (HTTP 404).",
    remedy:
      'Grant the user "View all External Client Apps, view their settings, and edit their policies" and switch on "Allow access to External Client App consumer secrets via REST API" in Setup, External Client Apps, Settings; an org may hide the resource for want of either.',
    example: { apps: 3 },
  },
  "usage-answer-not-known": {
    kind: "inconclusive",
    text: "the org's answer to {resource} is not what Salesforce's documentation says.",
    remedy: "Try again; if it stays so, report it as a bug with the org's release.",
    example: { resource: "/apps/oauth/usage" },
  },
  "usage-without-end": {
    kind: "inconclusive",
    text: "the org's answers to {resource} do not come to an end.",
    remedy: "Try again at a quieter time; if it stays so, report it as a bug with the org's release.",
    example: { resource: "/apps/oauth/usage" },
  },
  "account-links-not-shown": {
    kind: "inconclusive",
    text: "the policy judges links to identity providers, and the org does not show them ({salesforceCode}).",
    remedy:
      "Grant the user Manage Users and API Enabled; where the org has no such links, take `identityProviders` and `unlistedIdentityProviders` out of the policy.",
    example: { salesforceCode: "INVALID_TYPE" },
  },
  "account-link-count-not-matched": {
    kind: "inconclusive",
    text: "the org counted {counted} links to identity providers and handed out {read}.",
    remedy: "Try again at a quieter time.",
    example: { counted: 180, read: 179 },
  },
  "too-many-account-links-of-one-user": {
    kind: "inconclusive",
    text: "one user has more than {most} links to identity providers, and the org hands out no more of them in one answer.",
    remedy: "Revoke links of that user in Setup, then try again.",
    example: { most: 500 },
  },
  "grant-without-user": {
    kind: "inconclusive",
    text: "the org handed out a grant without its user.",
    remedy: "Try again; if it stays so, report it as a bug.",
    example: {},
  },
  "group-members-not-known": {
    kind: "inconclusive",
    text: 'the public group "{group}" has a member ({member}, {type}) whose users cannot be determined.',
    remedy: "Use a permission set, roles or a group of users in the policy.",
    example: { group: "Partners", member: "00G000000000001AAA", type: "AllCustomerPortal" },
  },
  "groups-nested-too-deep": {
    kind: "inconclusive",
    text: 'the public group "{group}" is in groups that are nested more than {most} deep.',
    remedy: "Name a group in the policy that has fewer groups in it.",
    example: { group: "Partners", most: 50 },
  },
  "more-than-is-read": {
    kind: "inconclusive",
    text: "the org counts {counted} {what}, and no list is read that has more than {most}.",
    remedy: "Try again; where the org really has as many, report it as a bug.",
    example: { counted: 9_000_000, what: "grants", most: 5_000_000 },
  },
  "row-count-not-matched": {
    kind: "inconclusive",
    text: "the org counts {counted} rows and handed out {read} for: {soql}.",
    remedy: "Try again at a quieter time.",
    example: { counted: 240, read: 239, soql: "SELECT Id, Username FROM User" },
  },
  "rows-not-the-same": {
    kind: "inconclusive",
    text: "the org hands out other rows each time for: {soql}.",
    remedy: "Try again at a quieter time.",
    example: { soql: "SELECT GroupId, UserOrGroupId FROM GroupMember" },
  },
  "range-count-not-matched": {
    kind: "inconclusive",
    text: "the org counted {counted} grants of a range and handed out {read}.",
    remedy: "Try again at a quieter time.",
    example: { counted: 180, read: "none" },
  },
  "grant-count-not-matched": {
    kind: "inconclusive",
    text: "the org counted {counted} grants and handed out {read}, after {rereads} ranges were read again: grants come and go faster than they can be read, or some may not be seen.",
    remedy: "Try again at a quieter time.",
    example: { counted: 432, read: 430, rereads: 5 },
  },
  "grants-without-end": {
    kind: "inconclusive",
    text: "{calls} API calls did not bring the {expected} grants that the org counted to an end.",
    remedy: "Try again at a quieter time; if it stays so, report it as a bug.",
    example: { calls: 341, expected: 6000 },
  },
  "grants-out-of-order": {
    kind: "inconclusive",
    text: "the org handed out grants that are out of order or outside of the range asked for.",
    remedy: "Try again; if it stays so, report it as a bug.",
    example: {},
  },
  "too-many-grants-at-one-instant": {
    kind: "inconclusive",
    text: "more than {most} grants of one user and app cannot be told apart by date, and the org hands out no more of them.",
    remedy: "Revoke that app's grants for that user in Setup, then try again.",
    example: { most: 2500 },
  },
});
