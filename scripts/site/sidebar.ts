/** The pages of the site by the reader's errand, each once; test/docs/site.test.ts holds that none is missing. */
export const SIDEBAR: Readonly<Record<string, readonly (readonly [title: string, page: string])[]>> = {
  "Begin here": [
    ["What it is", "index"],
    ["The words", "words"],
    ["The first day at a real org", "first-day"],
    ["A repository of your own", "your-repository"],
    ["Connecting to an org", "connecting"],
  ],
  Decide: [
    ["The policy", "policy"],
    ["Approving in pull requests", "pull-requests"],
    ["Who gets the credential in CI", "ci-security"],
    ["Signed approvals", "approvals"],
    ["Policy packs", "policy-packs"],
  ],
  "Act and watch": [
    ["Revoking", "revoking"],
    ["When it is urgent", "incidents"],
    ["Watching", "watching"],
    ["Reports and the monthly audit", "reports"],
  ],
  "Many orgs": [
    ["All of your orgs", "fleet"],
    ["Updates in waves", "fleet-updates"],
    ["Reports on all of them", "fleet-reports"],
  ],
  "Ways to run it": [
    ["In your own program", "programs"],
    ["Other languages", "languages"],
    ["As a Pulumi plugin", "plugin"],
    ["As a container", "container"],
    ["Where the state is", "state"],
  ],
  "Look up": [
    ["Every command", "reference"],
    ["Completion in a shell", "completion"],
    ["Every error", "errors"],
    ["Every key of a file", "schema"],
    ["What is known of Salesforce", "salesforce"],
    ["The laws", "laws"],
  ],
  "Take part": [
    ["Contributing", "contributing"],
    ["A walk through the house", "HANDBOOK"],
    ["The local org", "local-org"],
    ["Why each package is here", "dependencies"],
    ["Security", "security"],
    ["Changes", "changelog"],
  ],
};
