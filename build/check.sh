#!/usr/bin/env bash
# What a developer runs before a commit: format, then all that CI runs, then a look at the longest files.
set -eu
cd "$(dirname "$0")/.."
dotnet format Alignment.sln --verify-no-changes
.ci/run
echo "Longest files:"
git ls-files '*.cs' | xargs wc -l | sort -rn | sed -n 2,11p
