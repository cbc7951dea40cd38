#!/usr/bin/env bash
# The version of a release: what the tag on this commit says, 1.2.3 for v1.2.3. A commit without one, or sources without git, are no
# release: the version in Directory.Build.props.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# Not the tag of a repository that these sources are unpacked in.
if tag=$(GIT_CEILING_DIRECTORIES=$(dirname "$PWD") git describe --tags --exact-match --match 'v[0-9]*' 2>/dev/null); then
  echo "${tag#v}"
else
  sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props
fi
