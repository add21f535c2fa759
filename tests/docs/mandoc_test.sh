#!/bin/sh
# Every page is mdoc without a remark of mandoc's. References to pages are not looked up on this
# machine: ours are not installed, and its own list of pages may be old.
set -eu
cd "$(dirname "$0")/../.."
count=0
remarks=
for page in docs/*.[1-8]; do
  count=$((count + 1))
  found=$(mandoc -T lint -W style "$page" 2>&1 |
    grep -v -e 'referenced manual not found' -e 'outdated mandoc.db' || true)
  [ -z "$found" ] || remarks="$remarks$found
"
done
[ "$count" -gt 0 ] || { echo "there is no page"; exit 1; }
[ -z "$remarks" ] || { printf '%s' "$remarks"; exit 1; }
