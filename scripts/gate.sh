#!/usr/bin/env bash
# Gates the size of what npm would publish by budgets.json, with the sizecheck that was just built.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ ! -f dist/cli/main.cjs ]; then
  echo "gate: run \"npm run build\" first" >&2
  exit 2
fi
place="$(mktemp -d)"
trap 'rm -rf "$place"' EXIT
tarball="$(npm pack --silent --pack-destination "$place")"
node dist/cli/main.cjs check "package=$place/$tarball"
