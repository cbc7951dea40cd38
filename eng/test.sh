#!/usr/bin/env bash
# Builds, checks the format and runs every test. The last line counts the tests of all projects: 'N passed, N failed'.
#   eng/test.sh [FILTER]     only the tests whose full name contains FILTER
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
"$root/eng/setup.sh" tests
echo "tcmgc: building"
dotnet build TcMgc.sln -c Release --no-restore -nologo -v quiet
if [ $# -eq 0 ]; then
  echo "tcmgc: checking the format"
  dotnet format TcMgc.sln --verify-no-changes --no-restore
fi
results="$root/artifacts/test-results"
rm -rf "$results"
echo "tcmgc: testing"
status=0
# A test that hangs is named and ended; the longest takes three minutes on a busy machine.
dotnet test TcMgc.sln -c Release --no-build --nologo --logger "console;verbosity=minimal" --logger trx \
  --blame-hang --blame-hang-timeout 12min --blame-hang-dump-type none \
  --results-directory "$results" ${1:+--filter "FullyQualifiedName~$1"} || status=$?
passed=0 failed=0 skipped=0
while read -r line; do
  value() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$line"; }
  passed=$((passed + $(value passed))) failed=$((failed + $(value failed)))
  skipped=$((skipped + $(value total) - $(value executed)))
done < <(grep -h "<Counters" "$results"/*.trx 2>/dev/null)
[ "$status" -ne 0 ] && [ "$failed" -eq 0 ] && echo "tcmgc: the test run ended with status $status"
[ $((passed + failed)) -gt 0 ] || { echo "tcmgc: no test ran"; status=1; }
if [ "$skipped" -gt 0 ]; then echo "$passed passed, $failed failed, $skipped skipped"; else echo "$passed passed, $failed failed"; fi
exit "$status"
