#!/usr/bin/env bash
# Builds everything and runs all tests; further arguments go to "dotnet test", e.g. --filter "FullyQualifiedName~Dpo".
set -eu
cd "$(dirname "$0")/.."
exec dotnet test Alignment.sln -c Release --nologo -v quiet "$@"
