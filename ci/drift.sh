#!/usr/bin/env bash
# Keeps one issue: open or updated while the org drifts from its policy, closed when it does not.
#   POLICY  the policy's file, such as policy/acme.yaml
#   FORGE   github or gitlab; empty prints the issue
#   NAME    of the issue, where several stacks share a policy (default: POLICY)
# Ends with 0 where the org could be judged; 1 for an error, 4 for an inconclusive list.
set -euo pipefail

: "${POLICY:?is not set: name the policy}"
tool=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sanctioned() { node "$tool/bin/sanctioned.js" "$@"; }

status=0
sanctioned plan --policy "$POLICY" --out "$work/plan.json" || status=$?
if ((status != 0 && status != 3)); then exit "$status"; fi
sanctioned issue --plan "$work/plan.json" --name "${NAME:-$POLICY}" ${FORGE:+--post "$FORGE"}
