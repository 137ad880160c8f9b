import type { FirstOrg } from "./repository.ts";

const MODELINE = "# yaml-language-server: $schema=../schema/policy.schema.json";

const SHARED = `${MODELINE}
# What holds in every org. Each org's own policy extends this one, and wins where both say something.
version: 1

# An app that is not listed loses every token.
unlisted: revoke

# Salesforce's own apps (mobile app, CLI, Data Loader …), which every org has, are kept.
platformApps: keep

# A run that would revoke more is refused as a whole.
limits: { revocations: 50, percent: 25, perApp: 50 }

apps:
  - name: Outlook Plugin
    owner: it-collaboration@dieppe.example
    reason: Logs e-mail to contacts (SEC-114)
    users: { profiles: [Sales User, Standard User] }

  - name: Slack
    owner: it-collaboration@dieppe.example
    reason: Case swarming and approvals (SEC-131)
    users: { profiles: [Sales User, Standard User, Support Agent, Marketing User] }
`;

const OWN = `${MODELINE}
version: 1
extends: shared.yaml
org: { name: Dieppe Trading, id: 00D000000001942EAA }

# Ids of apps are each org's own. An entry takes the rest of the one of its name in shared.yaml.
apps:
  - name: Outlook Plugin
    id: 0H4000000000001CAA
  - name: Slack
    id: 0H4000000000002CAA
`;

/** Dieppe Trading, as the local org has it. Its stack is the one whose name and passphrase `sanctioned simulator` prints. */
export const EXAMPLE: FirstOrg = {
  name: "dieppe-trading",
  label: "Dieppe Trading",
  id: "00D000000001942EAA",
  stack: "simulator",
  loginUrl: null,
  variables: { accessToken: "SF_ACCESS_TOKEN", instanceUrl: "SF_ORG_INSTANCE_URL" },
  policies: { shared: SHARED, own: OWN },
  isExample: true,
};

/** The policy that a connected org's draft extends: it says nothing yet that could revoke. */
export const SHARED_DRAFT = `${MODELINE}
# What holds in every org. Each org's own policy extends this one, and wins where both say something.
version: 1

# What an app gets that no policy lists: report, and once the lists are complete, revoke.
unlisted: report

# With \`revoke\`, say here what Salesforce's own apps get (mobile app, CLI, Data Loader …): keep, report or revoke.
platformApps: keep

# A run that would revoke more is refused as a whole.
limits: { revocations: 50, percent: 25, perApp: 50 }

# Apps that several orgs have, with name, owner, reason and users. Each org's own entry of that name adds its id.
apps: []
`;
