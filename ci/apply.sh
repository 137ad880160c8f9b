#!/usr/bin/env bash
# Revokes what was approved, in the job that holds the credential, after verify-state.sh.
#   SANCTIONED_APPROVED_PLAN   the plan; who signed it pushed the signatures to the branch approvals/RUN, folder `approvals`, of which
#                              the files PLAN.….sig are taken as data: one holds for this plan, or is none, whoever pushed it
#   BASE      the commit that was applied last: its SIGNERS_FILE (default policy/allowed_signers), not the change's, says who may sign
#   POLICY    the policy's file; refused where the default branch has another by now, as when an old run is started again
#   FORGE     and the token that reads the repository
# Ends as `pulumi up` does.
set -euo pipefail

plan=${SANCTIONED_APPROVED_PLAN:?is not set: name the approved plan} base=${BASE:?is not set: name the commit that was applied last}
: "${POLICY:?is not set: name the policy}"
tool=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=ci/fetch.sh
source "$tool/ci/fetch.sh"

main=${GITHUB_REF_NAME:-${CI_COMMIT_BRANCH:?is not set: name the default branch}}
tip=$(bash "$tool/ci/take.sh" --tip "$main")
bash "$tool/ci/take.sh" "$tip" "$(dirname "$POLICY")" "$work/now"
if ! diff -r -q -x '.*' "$(dirname "$POLICY")" "$work/now/$(dirname "$POLICY")" >&2; then
  echo "The branch $main has another policy by now: what it says is applied by the run of its last commit, $tip." >&2
  exit 1
fi

branch=approvals/${GITHUB_RUN_ID:-${CI_PIPELINE_ID:?is not set: name the run}}
signed=$(bash "$tool/ci/take.sh" --tip "$branch")
# Everybody who can push can make this branch: what is wrong with it must not stop an update that wants no signature.
if [[ -z $signed ]] || ! bash "$tool/ci/take.sh" "$signed" approvals "$work/signed"; then
  echo "Signatures: none, from the branch $branch."
else
  find "$work/signed/approvals" -maxdepth 1 -type f -name "$(basename "$plan").*.sig" -exec cp -t "$(dirname "$plan")" {} +
  echo "Signatures: taken from $branch at $signed."
fi

signers=${SIGNERS_FILE:-policy/allowed_signers}
bash "$tool/ci/take.sh" "$base" "$(dirname "$signers")" "$work/before"
if [[ -f $work/before/$signers ]]; then export SANCTIONED_ALLOWED_SIGNERS=$work/before/$signers; fi

unset GITHUB_TOKEN GITLAB_TOKEN CI_JOB_TOKEN FETCH_TOKEN
"$tool/node_modules/.bin/pulumi" up --yes --skip-preview --non-interactive
