#!/usr/bin/env bash
# Whether the stack's state holds no code but this package's, before Pulumi runs what is in it. What looks has no credential of
# the org, since the state could be anybody's until then.
#   PULUMI_STACK, PULUMI_BACKEND_URL and what the backend takes
# Ends with 0, or 1 with the reason.
set -euo pipefail
tool=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
for name in $(compgen -e); do
  case $name in SANCTIONED_* | SF_*) unset "$name" ;; esac
done
"$tool/node_modules/.bin/pulumi" stack export --non-interactive | node "$tool/bin/sanctioned.js" verify-state -
