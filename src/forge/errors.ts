import { declareErrors } from "../errors.ts";

export const forgeErrors = declareErrors({
  // What the person or the CI set
  "forge-setting-missing": {
    kind: "settings",
    text: "{variable} is not set.",
    remedy: "It holds {what}.",
    example: { variable: "GITHUB_TOKEN", what: "a token that may write there" },
  },
  "forge-token-malformed": {
    kind: "settings",
    text: "{variable} is not one word of letters, digits and signs: more than the token was caught, or less.",
    remedy: "Give the token alone, without quotes, blanks and line breaks.",
    example: { variable: "GITHUB_TOKEN" },
  },
  "forge-address-not-a-url": {
    kind: "settings",
    text: "The API's address is no URL that begins with https://, or has a user or a password in it.",
    remedy: "Fix GITHUB_API_URL or CI_API_V4_URL: the token goes into a variable of its own.",
    example: {},
  },
  "forge-address-not-https": {
    kind: "settings",
    text: "The API's address must begin with https://, not {address}.",
    remedy: "Fix GITHUB_API_URL or CI_API_V4_URL: the token would go in the clear.",
    example: { address: "http://git.acme.example" },
  },
  "repository-not-valid": {
    kind: "settings",
    text: "The repository is not named as owner/name.",
    remedy: "Fix --repository or GITHUB_REPOSITORY.",
    example: {},
  },
  "project-not-named": {
    kind: "settings",
    text: "No project is named.",
    remedy: "Name it by id or path with --repository or CI_PROJECT_ID.",
    example: {},
  },
  "pull-request-not-known": {
    kind: "settings",
    text: "This run belongs to no {kind} request.",
    remedy: "Name one with --pull-request.",
    example: { kind: "pull" },
  },
  "workflow-event-not-readable": {
    kind: "settings",
    text: "GITHUB_EVENT_PATH cannot be read as JSON.",
    remedy: "Name the pull request with --pull-request.",
    example: {},
  },

  // A branch in the repository at hand
  "branch-name-not-valid": {
    kind: "user",
    text: "{branch} is no name of a branch.",
    remedy: "Name another with --branch.",
    example: { branch: "a..b" },
  },
  "branch-exists": {
    kind: "user",
    text: "The branch {branch} is there already.",
    remedy: "Name another with --branch.",
    example: { branch: "review-2026-11" },
  },
  "file-not-committed": {
    kind: "user",
    text: "{file} is not as it was last committed: the branch would have more in it than what was decided.",
    remedy: "Commit it first, or leave --branch out.",
    example: { file: "policy/acme.yaml" },
  },
  "commit-refused": {
    kind: "user",
    text: "git commits nothing: {why}.",
    remedy: "Settle that, or leave --branch out.",
    example: { why: "fatal: not a git repository (or any of the parent directories): .git" },
  },
  "branch-not-pushed": {
    kind: "remote",
    text: "The branch {branch} is made, and origin does not take it: {why}.",
    remedy: "Push it by hand (`git push origin {branch}`), and open the pull request there.",
    example: { branch: "review-2026-11", why: "error: failed to push some refs" },
  },

  // What the forge answers
  "forge-not-reachable": {
    kind: "remote",
    text: "{host} does not answer ({fault}).",
    remedy: "Check the address and the network.",
    example: { host: "api.github.com", fault: "ECONNREFUSED" },
  },
  "forge-token-not-valid": refused(401, "Bad credentials", "The token is not valid: make a new one."),
  "forge-access-refused": refused(
    403,
    "Resource not accessible by integration",
    "Give the token the right to write there (GitHub: `permissions:` of the job), and check the repository and number.",
  ),
  "forge-limits-requests": refused(
    403,
    "You have exceeded a secondary rate limit",
    "It limits how many requests a token or a network makes: run this again later.",
  ),
  "forge-not-found": refused(
    404,
    "Not Found",
    "Check the repository and the number, and give the token the right to write there (GitHub: `permissions:` of the job).",
  ),
  "forge-failed": refused(502, "no reason given", "Try again later."),
  "forge-answer-not-known": {
    kind: "remote",
    text: "{host} answered with {what}.",
    remedy: "Check the API's address.",
    example: { host: "git.acme.example", what: "a next page on another host" },
  },
  "forge-pages-endless": {
    kind: "remote",
    text: "{host} hands out page after page: nothing was posted.",
    remedy: "Check the API's address.",
    example: { host: "git.acme.example" },
  },
});

function refused(status: number, message: string, remedy: string) {
  return {
    kind: "remote",
    text: "{host} answered {status} to {call}: {message}.",
    remedy,
    example: { host: "api.github.com", status, call: "POST /repos/acme/crm/issues/7/comments", message },
  } as const;
}
