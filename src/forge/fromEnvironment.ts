import { readFileSync } from "node:fs";
import { REAL_CLOCK, type RetryClock } from "../http/retry.ts";
import { forgeErrors } from "./errors.ts";
import type { Forge } from "./forge.ts";
import { github } from "./github.ts";
import { gitlab } from "./gitlab.ts";
import { githubHistory, gitlabHistory, type History } from "./history.ts";
import type { ForgeName } from "./names.ts";

export interface ForgeOptions {
  /** `owner/name` of GitHub, id or path of GitLab; else the CI's. */
  readonly repository?: string;
  /** Number of the pull or merge request; else the one that the CI runs for. */
  readonly pullRequest?: number;
}

/**
 * The forge that a CI run belongs to. The token is in the environment alone: GITHUB_TOKEN or GITLAB_TOKEN.
 * @param needsPullRequest whether comments are to be posted
 * @throws SettingsError naming what is missing
 */
export async function forgeFromEnvironment(
  name: ForgeName,
  { repository, pullRequest }: ForgeOptions,
  needsPullRequest: boolean,
  env: NodeJS.ProcessEnv,
  clock: RetryClock = REAL_CLOCK,
): Promise<Forge> {
  const isGithub = name === "github";
  const token = tokenOf(env, isGithub ? "GITHUB_TOKEN" : "GITLAB_TOKEN");
  const number = pullRequest ?? (isGithub ? githubPullRequest(env) : numberOf(env.CI_MERGE_REQUEST_IID));
  if (needsPullRequest && number === null)
    throw forgeErrors["pull-request-not-known"]({ kind: isGithub ? "pull" : "merge" });
  return isGithub
    ? await github({
        apiUrl: env.GITHUB_API_URL || "https://api.github.com",
        token,
        repository:
          repository ?? required(env, "GITHUB_REPOSITORY", "the repository, or name it with --repository"),
        pullRequest: number,
        clock,
      })
    : await gitlab({
        apiUrl: env.CI_API_V4_URL || "https://gitlab.com/api/v4",
        token,
        project: repository ?? required(env, "CI_PROJECT_ID", "the project, or name it with --repository"),
        mergeRequest: number,
        clock,
      });
}

/**
 * The history of the branch that a CI run is of. The token needs to read contents, pull requests and runs (GitLab: the scope `api`).
 * @throws SettingsError naming what is missing
 */
export function historyFromEnvironment(
  name: ForgeName,
  env: NodeJS.ProcessEnv,
  clock: RetryClock = REAL_CLOCK,
): History {
  if (name === "gitlab")
    return gitlabHistory({
      apiUrl: env.CI_API_V4_URL || "https://gitlab.com/api/v4",
      token: tokenOf(env, "GITLAB_TOKEN"),
      project: required(env, "CI_PROJECT_ID", "the project"),
      branch: required(env, "CI_COMMIT_BRANCH", "the branch of the run"),
      clock,
    });
  const file = /\/([\w.-]+)@/.exec(env.GITHUB_WORKFLOW_REF ?? "")?.[1];
  if (file === undefined)
    throw forgeErrors["forge-setting-missing"]({
      variable: "GITHUB_WORKFLOW_REF",
      what: "the file of the workflow that runs",
    });
  return githubHistory({
    apiUrl: env.GITHUB_API_URL || "https://api.github.com",
    token: tokenOf(env, "GITHUB_TOKEN"),
    repository: required(env, "GITHUB_REPOSITORY", "the repository"),
    branch: required(env, "GITHUB_REF_NAME", "the branch of the run"),
    workflow: file,
    clock,
  });
}

/** What is no header's value would be quoted by whoever refuses it. */
function tokenOf(env: NodeJS.ProcessEnv, variable: string): string {
  const token = required(env, variable, "a token that may write there");
  if (!/^[!#-&(-_a-~]+$/.test(token)) throw forgeErrors["forge-token-malformed"]({ variable });
  return token;
}

function required(env: NodeJS.ProcessEnv, variable: string, what: string): string {
  const value = env[variable]?.trim();
  if (!value) throw forgeErrors["forge-setting-missing"]({ variable, what });
  return value;
}

/** From the event that started the workflow (docs.github.com: GITHUB_EVENT_PATH). */
function githubPullRequest({ GITHUB_EVENT_PATH: file }: NodeJS.ProcessEnv): number | null {
  if (!file) return null;
  try {
    const event = JSON.parse(readFileSync(file, "utf8")) as { pull_request?: { number?: unknown } } | null;
    return numberOf(event?.pull_request?.number);
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code !== undefined)
      throw forgeErrors["workflow-event-not-readable"]({ cause: error });
    throw error;
  }
}

function numberOf(value: unknown): number | null {
  const number = Number(value);
  return value !== undefined && value !== "" && Number.isSafeInteger(number) && number > 0 ? number : null;
}
