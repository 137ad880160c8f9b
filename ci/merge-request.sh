#!/usr/bin/env bash
# On GitLab: the note of pull-request.sh, in a pipeline of the default branch that a webhook for merge requests started.
# What the webhook says (docs.gitlab.com: webhook events, merge request events) is data, of which the number and the commit are used.
#   TRIGGER_PAYLOAD   the file that it is in
#   POLICY, NAME, PULUMI_STACK   as pull-request.sh has them
# Ends with 0 where there is nothing to preview, or as pull-request.sh does.
set -euo pipefail

tool=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
request=$(node -e '
  const { readFileSync } = require("node:fs");
  const { object_kind, project, object_attributes: change } = JSON.parse(readFileSync(process.env.TRIGGER_PAYLOAD, "utf8"));
  const here = Number(process.env.CI_PROJECT_ID);
  const isPush = change?.action === "open" || change?.action === "reopen" || (change?.action === "update" && "oldrev" in change);
  if (object_kind !== "merge_request" || project?.id !== here || change.target_project_id !== here) throw new Error("no merge request of this project");
  if (change.source_project_id !== here) console.log("skip a fork gets no preview: push the branch to this project");
  else if (change.target_branch !== process.env.CI_DEFAULT_BRANCH) console.log("skip it is not for the default branch");
  else if (change.state !== "opened" || !isPush) console.log("skip its commits have not changed");
  else console.log(`${Number(change.iid)} ${change.last_commit?.id}`);
')
[[ $request == skip\ * ]] && { echo "No preview: ${request#skip }."; exit 0; }
[[ $request =~ ^([1-9][0-9]*)\ ([0-9a-f]{40}([0-9a-f]{24})?)$ ]] || { echo "The webhook names no merge request and commit." >&2; exit 1; }
export CI_MERGE_REQUEST_IID=${BASH_REMATCH[1]} COMMIT=${BASH_REMATCH[2]}
exec bash "$tool/ci/pull-request.sh"
