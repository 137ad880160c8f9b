import { declareErrors } from "../errors.ts";

export const runErrors = declareErrors({
  "run-setting-not-in-range": {
    kind: "settings",
    text: "{setting} must be {number} from {least} to {most}.",
    remedy: "Fix it, or leave it out for the default.",
    example: { setting: "SANCTIONED_REVOKES_PER_SECOND", number: "a number", least: 1, most: 1000 },
  },
  "run-setting-not-whole": {
    kind: "settings",
    text: "{setting} must be a whole number.",
    remedy: "Fix it, or leave it out for the default.",
    example: { setting: "SANCTIONED_REVOKE_CONCURRENCY" },
  },
  "limit-raised-without-reason": {
    kind: "settings",
    text: "A limit is raised for this run without a reason.",
    remedy: "Say why in {variable}: both go on record.",
    example: { variable: "SANCTIONED_RAISE_REASON" },
  },
  "approved-plan-not-readable": {
    kind: "user",
    text: "The approved plan {file} {why}. Nothing was revoked.",
    remedy: "Check the path, which is relative to the folder of Pulumi.yaml or of this run.",
    example: { file: "approved.json", why: "does not exist" },
  },
});
