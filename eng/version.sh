#!/usr/bin/env bash
# The version of a release: what the tag on this commit says, 1.2.3 for v1.2.3. A commit without one is no release: the version in
# Directory.Build.props, with -dev.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if tag=$(git describe --tags --exact-match --match 'v[0-9]*' 2>/dev/null); then
  echo "${tag#v}"
else
  sed -n 's|.*<VersionPrefix>\(.*\)</VersionPrefix>.*|\1-dev|p' Directory.Build.props
fi
