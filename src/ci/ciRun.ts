import { readFileSync } from "node:fs";
import type { ForgeName } from "../forge/names.ts";
import { isHash } from "./commit.ts";
import { ciErrors } from "./errors.ts";
import type { Source } from "./git.ts";

/** The forge whose runner this is, by what each sets in every job; null elsewhere. */
function forgeOfRun(env: NodeJS.ProcessEnv): ForgeName | null {
  if (env.GITHUB_ACTIONS === "true") return "github";
  return env.GITLAB_CI === "true" ? "gitlab" : null;
}

/** @throws SettingsError outside of both */
export function forgeNeeded(env: NodeJS.ProcessEnv): ForgeName {
  const forge = forgeOfRun(env);
  if (forge === null) throw ciErrors["ci-not-here"]();
  return forge;
}

/**
 * Where the run's repository is fetched from, and as whom.
 * @param from an address in place of the run's, to which no token of it goes
 * @throws SettingsError where none is known
 */
export function sourceOfRun(env: NodeJS.ProcessEnv, from?: string): Source {
  if (from !== undefined) return { url: from, login: null };
  return forgeNeeded(env) === "github"
    ? {
        url: `${env.GITHUB_SERVER_URL || "https://github.com"}/${needed(env, "GITHUB_REPOSITORY")}`,
        login: login("x-access-token", env.GITHUB_TOKEN),
      }
    : {
        url: `${needed(env, "CI_PROJECT_URL")}.git`,
        login: login("gitlab-ci-token", env.CI_JOB_TOKEN),
      };
}

function login(user: string, token: string | undefined): Source["login"] {
  return token ? { user, token } : null;
}

/** The branch that the run is of, which a workflow of this package runs on alone: the default one. @throws SettingsError */
export function branchOfRun(env: NodeJS.ProcessEnv): string {
  return needed(env, forgeNeeded(env) === "gitlab" ? "CI_COMMIT_BRANCH" : "GITHUB_REF_NAME");
}

/** The number of the run, which names the branch of its signatures. @throws SettingsError */
export function numberOfRun(env: NodeJS.ProcessEnv): string {
  return needed(env, forgeNeeded(env) === "gitlab" ? "CI_PIPELINE_ID" : "GITHUB_RUN_ID");
}

function needed(env: NodeJS.ProcessEnv, variable: string): string {
  const value = env[variable];
  if (!value) throw ciErrors["ci-setting-missing"]({ variable });
  return value;
}

/** The commit that a run of a push is of, and the one that the push found. */
export function pushOfRun(env: NodeJS.ProcessEnv): { readonly head: string; readonly before: string } {
  if (forgeNeeded(env) === "gitlab")
    return { head: needed(env, "CI_COMMIT_SHA"), before: needed(env, "CI_COMMIT_BEFORE_SHA") };
  const event = jsonIn(env, "GITHUB_EVENT_PATH") as { readonly before?: unknown } | null;
  return { head: needed(env, "GITHUB_SHA"), before: String(event?.before) };
}

/** A pull request, by what its forge says of it: data, of which nothing but this is taken. */
export interface Change {
  /** Null where the forge's own run knows it. */
  readonly number: number | null;
  /** Not looked at yet. */
  readonly commit: string;
}

/**
 * What the run is to preview.
 * @returns why there is nothing to preview, where that is so
 * @throws SettingsError, UserError where what started the run names no change
 */
export function changeOfRun(env: NodeJS.ProcessEnv): Change | { readonly skipped: string } {
  if (forgeNeeded(env) === "gitlab") return changeOfWebhook(env);
  const event = jsonIn(env, "GITHUB_EVENT_PATH") as {
    readonly pull_request?: { readonly head?: { readonly sha?: unknown } };
  } | null;
  return { number: null, commit: String(event?.pull_request?.head?.sha) };
}

interface MergeRequestEvent {
  readonly object_kind?: unknown;
  readonly project?: { readonly id?: unknown };
  readonly object_attributes?: Readonly<Record<string, unknown>> & {
    readonly last_commit?: { readonly id?: unknown };
  };
}

/** What a webhook for merge requests says (docs.gitlab.com: webhook events, merge request events), in the file that the trigger keeps. */
function changeOfWebhook(env: NodeJS.ProcessEnv): Change | { readonly skipped: string } {
  const event = jsonIn(env, "TRIGGER_PAYLOAD") as MergeRequestEvent | null;
  const here = Number(env.CI_PROJECT_ID);
  const change = event?.object_attributes ?? {};
  if (
    event?.object_kind !== "merge_request" ||
    event.project?.id !== here ||
    change.target_project_id !== here
  )
    throw ciErrors["webhook-of-another-project"]();
  if (change.source_project_id !== here)
    return { skipped: "a fork gets no preview: push the branch to this project" };
  if (change.target_branch !== env.CI_DEFAULT_BRANCH) return { skipped: "it is not for the default branch" };
  if (change.state !== "opened" || !isPush(change)) return { skipped: "its commits have not changed" };
  const { iid, last_commit: last } = change as { iid?: unknown; last_commit?: { id?: unknown } };
  if (!Number.isSafeInteger(iid) || (iid as number) < 1 || !isHash(String(last?.id)))
    throw ciErrors["webhook-without-commit"]();
  return { number: iid as number, commit: String(last?.id) };
}

function isPush(change: Readonly<Record<string, unknown>>): boolean {
  const { action } = change;
  return action === "open" || action === "reopen" || (action === "update" && "oldrev" in change);
}

/** @throws SettingsError where it is none; nothing of it is quoted */
function jsonIn(env: NodeJS.ProcessEnv, variable: string): unknown {
  try {
    return JSON.parse(readFileSync(env[variable] ?? "", "utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
    throw ciErrors["ci-event-not-readable"]({ variable, cause: error });
  }
}
