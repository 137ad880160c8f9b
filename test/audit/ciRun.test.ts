import { expect, it } from "vitest";
import { ciRun } from "../../src/audit/ciRun.ts";

it("the CI run is said by its variables, and by no other: they could be secrets", () => {
  expect(
    ciRun({
      GITHUB_REPOSITORY: "acme/org",
      GITHUB_RUN_ID: "7",
      GITHUB_TOKEN: "secret",
      SF_ACCESS_TOKEN: "secret",
      PATH: "/bin",
    }),
  ).toEqual({ GITHUB_REPOSITORY: "acme/org", GITHUB_RUN_ID: "7" });
});

it.each([
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
])("%s says which run it is", (name) => {
  expect(ciRun({ [name]: "x" })).toEqual({ [name]: "x" });
});

it("outside of CI there is none, and an empty variable says nothing", () => {
  expect(ciRun({ PATH: "/bin" })).toBeNull();
  expect(ciRun({ GITHUB_RUN_ID: "" })).toBeNull();
});
