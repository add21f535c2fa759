#!/bin/sh
# Each fuzzer, a fixed number of runs.
JOBS=1 exec "$(dirname "$0")/run" -runs=20000
