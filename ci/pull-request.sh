#!/usr/bin/env bash
# Says in a pull request what it revokes, in one comment. It runs in a checkout of the default branch, so that
# a pull request can change the policy but not the program that holds the credential; of the pull request
# it takes the policy's folder alone, as data (take.sh).
#   POLICY        the policy's file, such as policy/acme.yaml
#   COMMIT        full hash of the change's last commit
#   FORGE         github or gitlab, where the commit is fetched and the comment is posted; empty prints it
#   FETCH_URL     address that the commit is fetched from (default: the forge's, of the repository that CI runs for)
#   NAME          of the comment, where several stacks share a pull request (default: POLICY)
#   PULUMI_STACK  where set, `pulumi preview` runs too, and its output goes to the job's summary
# Ends with 0, or as `sanctioned plan` does: 1 for an error, 3 for a limit, 4 for an inconclusive list.
set -euo pipefail

: "${POLICY:?is not set: name the policy}" "${COMMIT:?is not set: name the full hash of the change}"
tool=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sanctioned() { node "$tool/bin/sanctioned.js" "$@"; }
comment() { sanctioned comment "$@" --name "${NAME:-$POLICY}" ${FORGE:+--post "$FORGE"}; }
# A comment that was green must not stay so.
failed() {
  cat "$work/output.txt" >&2
  comment --failed "$work/output.txt" --policy "$POLICY"
  exit "$1"
}

# shellcheck source=ci/fetch.sh
source "$tool/ci/fetch.sh"
# The folder that policies share, where there is one (SANCTIONED_POLICY_ROOT, several as in PATH), else the policy's own.
IFS=: read -r -a folders <<<"${SANCTIONED_POLICY_ROOT:-$(dirname "$POLICY")}"
mkdir "$work/base"
for folder in "${folders[@]}"; do
  bash "$tool/ci/take.sh" "$COMMIT" "$folder" "$work/change/$folder.taken" >"$work/output.txt" 2>&1 || failed 1
  mkdir -p "$work/base/$folder"
  if [[ -d $folder ]]; then cp -R "$folder/." "$work/base/$folder"; fi
done
roots=${SANCTIONED_POLICY_ROOT:-}
for folder in "${folders[@]}"; do
  rm -rf "$folder"
  mkdir -p "$folder"
  cp -R "$work/change/$folder.taken/$folder/." "$folder"
  roots=${roots:+$roots:$work/base/$folder}
done
unset FETCH_TOKEN

base=()
if (cd "$work/base" && sanctioned validate "$POLICY") >/dev/null 2>&1; then base=(--also-for "$work/base/$POLICY"); fi

status=0
SANCTIONED_POLICY_ROOT=$roots sanctioned plan --policy "$POLICY" --out "$work/head.json" --save-inventory "$work/inventory.json" "${base[@]}" \
  >"$work/output.txt" 2>&1 || status=$?
if ((status != 0 && status != 3)); then
  sanctioned validate "$POLICY" --format github || true # at the lines, where it is the policy that is wrong
  failed "$status"
fi
# The policy of before, judged on the very same list. Where it does not fit the org, there is nothing to compare with.
if ((${#base[@]} > 0)); then
  before=0
  (cd "$work/base" && sanctioned plan --policy "$POLICY" --inventory "$work/inventory.json" --out "$work/base.json") \
    >"$work/base.txt" 2>&1 || before=$?
  if ((before == 0 || before == 3)); then base=(--base "$work/base.json"); else base=(); fi
fi

if [[ -n ${PULUMI_STACK:-} ]] && ((status == 0)); then
  bash "$tool/ci/verify-state.sh" >"$work/output.txt" 2>&1 || failed 1
  "$tool/node_modules/.bin/pulumi" preview --diff --non-interactive >"$work/output.txt" 2>&1 || failed 1
  if [[ -n ${GITHUB_STEP_SUMMARY:-} ]]; then
    { echo '~~~~~~~~~~text'; head -c 1000000 "$work/output.txt"; echo; echo '~~~~~~~~~~'; } >>"$GITHUB_STEP_SUMMARY"
  else
    cat "$work/output.txt"
  fi
fi

comment --plan "$work/head.json" "${base[@]}"
exit "$status"
