import { expect, it, onTestFinished } from "vitest";
import { forgeFromEnvironment } from "../../src/forge/fromEnvironment.ts";
import { ForgeStandIn, TOKEN } from "./standIn.ts";

it("a pull request is opened on GitHub, and a merge request on GitLab", async () => {
  const standIn = await new ForgeStandIn().start();
  onTestFinished(() => standIn.stop());
  const proposed = { branch: "review", base: "main", title: "Deny Drift", body: "why" };
  const github = { GITHUB_API_URL: standIn.url, GITHUB_REPOSITORY: "dieppe/org", GITHUB_TOKEN: TOKEN };
  const gitlab = { CI_API_V4_URL: `${standIn.url}/api/v4`, CI_PROJECT_ID: "dieppe/org", GITLAB_TOKEN: TOKEN };
  const onGithub = await forgeFromEnvironment("github", {}, false, github);
  expect(await onGithub.openPullRequest(proposed)).toBe("https://github.example/dieppe/org/pull/13");
  const onGitlab = await forgeFromEnvironment("gitlab", {}, false, gitlab);
  expect(await onGitlab.openPullRequest(proposed)).toBe(
    "https://gitlab.example/dieppe/org/-/merge_requests/13",
  );
  expect(standIn.opened).toEqual([
    { head: "review", base: "main", title: "Deny Drift", body: "why" },
    { source_branch: "review", target_branch: "main", title: "Deny Drift", description: "why" },
  ]);
});
