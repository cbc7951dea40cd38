#!/usr/bin/env bash
# Builds, checks the format and runs every test. The last line counts the tests of all projects: 'N passed, N failed'.
#   eng/test.sh [FILTER]     only the tests whose full name contains FILTER
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
# Compilers, and most programs that tests start, end within seconds: optimising them by profile costs more than it gives.
export DOTNET_TieredPGO=0
"$root/eng/setup.sh" tests

# Checks the order of usings, which the build does not: System's first, static ones last.
check_usings() {
  find src tests -name '*.cs' -not -path '*/obj/*' -print0 | LC_ALL=C xargs -0 awk '
    FNR == 1 { last = "" }
    /^using (static )?[A-Za-z0-9_.]+;/ {
      name = tolower($NF)
      sub(/;.*/, "", name)
      key = (/^using static / ? 2 : name ~ /^system(\.|$)/ ? 0 : 1) name
      if (key < last) { print FILENAME "(" FNR "): this using comes before the one above it"; unsorted = 1 }
      last = key
    }
    END { exit unsorted }'
}

# Lines longer than .editorconfig's max_line_length, which no formatter breaks.
check_lines() {
  ! LC_ALL=C.UTF-8 grep -rnE '^.{131}' --include='*.cs' --exclude-dir=obj --exclude-dir=bin src tests
}

# Files that do not end with a new line.
check_ends() {
  [ -z "$(grep -rLPz '\n\z' --include='*.cs' --exclude-dir=obj --exclude-dir=bin src tests | tee /dev/stderr)" ]
}

echo "tcmgc: building"
# One compiler for all projects, also where the environment wants one for each; it ends with the build.
dotnet build TcMgc.sln -c Release --no-restore -nologo -v quiet -p:Version="$(eng/version.sh)" -p:UseSharedCompilation=true
dotnet build-server shutdown --vbcscompiler >/dev/null
if [ $# -eq 0 ]; then
  echo "tcmgc: checking what the build does not: the order of usings, long lines, ends of files"
  check_usings
  check_lines
  check_ends
fi
log="$root/artifacts/test.log"
echo "tcmgc: testing"
status=0
# A test that hangs is named and its project is ended; the longest test takes a minute or two on a busy machine. Status 8 means
# that a project has no test that matches the filter.
dotnet test --solution TcMgc.sln -c Release --no-build --no-progress --results-directory artifacts/test-results \
  --long-running 300 --timeout 40m ${1:+--filter-method "*$1*" --ignore-exit-code 8} \
  2>&1 | tee "$log" || status=$?
count() { awk -v name="$1:" '$1 == name { count = $2 } END { print count + 0 }' "$log"; }
passed=$(count succeeded) failed=$(count failed) skipped=$(count skipped)
[ "$status" -ne 0 ] && [ "$failed" -eq 0 ] && echo "tcmgc: the test run ended with status $status"
[ $((passed + failed)) -gt 0 ] || { echo "tcmgc: no test ran"; status=1; }
if [ "$skipped" -gt 0 ]; then echo "$passed passed, $failed failed, $skipped skipped"; else echo "$passed passed, $failed failed"; fi
exit "$status"
