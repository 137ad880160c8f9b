/** Variables of CI systems that say which run it is; none of them holds a secret. */
const CI_VARIABLES = [
  "GITHUB_REPOSITORY",
  "GITHUB_RUN_ID",
  "GITHUB_RUN_ATTEMPT",
  "GITHUB_ACTOR",
  "GITHUB_SHA",
  "GITHUB_REF",
  "CI_PROJECT_PATH",
  "CI_PIPELINE_ID",
  "CI_JOB_ID",
  "CI_COMMIT_SHA",
  "GITLAB_USER_LOGIN",
  "BUILD_BUILDID",
  "BUILD_REQUESTEDFOR",
  "CIRCLE_WORKFLOW_ID",
  "CIRCLE_USERNAME",
];

/** The CI run, where the environment says so; null elsewhere. */
export function ciRun(env: NodeJS.ProcessEnv): Record<string, string> | null {
  const found = CI_VARIABLES.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []));
  return found.length === 0 ? null : Object.fromEntries(found);
}
