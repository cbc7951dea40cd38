#!/usr/bin/env bash
# Prepares this clone: checks the SDK, installs ffmpeg if it is missing, restores packages.
#   eng/setup.sh           what the program needs
#   eng/setup.sh tests     also what its tests need
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
log="$root/artifacts/setup.log"

say() { printf '%s\n' "tcmgc: $*" >&2; }
fail() { say "$@"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

need_dotnet() {
  have dotnet || fail "the .NET SDK 10 is not installed. Install it from https://dot.net and try again."
  case "$(dotnet --version 2>/dev/null)" in
    [1-9][0-9].*) ;;
    *) fail "the .NET SDK 10 or newer is needed; 'dotnet --version' says '$(dotnet --version 2>&1 | head -1)'." ;;
  esac
}

# Sets `apt` to the command that installs packages without asking; fails where there is none.
find_apt() {
  have apt-get || return 1
  apt="env DEBIAN_FRONTEND=noninteractive apt-get"
  if [ "$(id -u)" -eq 0 ]; then return; fi
  if have sudo && sudo -n true 2>/dev/null; then apt="sudo -n $apt"
  else return 1; fi
}

install() { # a system package
  say "installing $1 (apt-get)"
  $apt update -qq >>"$log" 2>&1 || true
  $apt install -y -qq --no-install-recommends "$1" >>"$log" 2>&1
}

need_ffmpeg() {
  if have ffmpeg && have ffprobe; then return; fi
  if find_apt; then install ffmpeg || fail "apt-get could not install ffmpeg; see $log"
  elif have apt-get; then fail "ffmpeg is missing. Run:  sudo apt-get update && sudo apt-get install -y ffmpeg   and try again."
  else fail "ffmpeg is missing. Install it with your package manager (macOS: brew install ffmpeg) and try again."; fi
}

# The page's tests need Chromium and are skipped without it.
want_chromium() {
  if [ -n "${TCMGC_CHROMIUM:-}" ] || have chromium || have chromium-browser || have google-chrome; then return; fi
  if ! find_apt || ! install chromium; then say "there is no Chromium: the page's tests will be skipped"; fi
}

restore() { # a project or solution with everything it refers to
  local status=0
  say "restoring packages"
  dotnet restore "$root/$1" -tl:off >>"$log" 2>&1 || status=$?
  # A version that is missing in the feed causes a warning, printed once for all projects.
  sed -n 's/^.*: warning NU1603: .* but \(.*resolved instead\).*/tcmgc: warning NU1603: \1/p' "$log" | sort -u >&2
  [ $status -eq 0 ] || fail "packages could not be restored: $(first_error). The whole log: $log"
}

# The first error in the log of `dotnet restore`, in one line. Its details are in the indented lines after it.
first_error() {
  awk '
    !match($0, /: error ?[A-Z0-9]*: /) { next }
    {
      code = substr($0, RSTART + 8, RLENGTH - 10)
      text = substr($0, RSTART + RLENGTH)
      sub(/ *\[[^]]*(proj|sln)\]$/, "", text)
      sub(/^Warning As Error: /, "", text)
      detail = sub(/^ +(- )?/, "", text)
      sub(/\.$/, "", text)
      if (!detail && !seen[text]++) errors++
      if (first == "") { first = text; if (code != "") first = first " (" code ")" }
      else if (!detail) ended = 1
      else if (!ended && !index(first, text)) first = first ": " text
    }
    END {
      if (first == "") first = "dotnet restore gave no reason"
      if (errors > 1) first = first ", and " (errors - 1) " more"
      print first
    }
  ' "$log"
}

mkdir -p "$root/artifacts"
: >"$log"
need_dotnet
need_ffmpeg
case "${1:-}" in
  tests) want_chromium; restore TcMgc.sln ;;
  *) restore src/Cli/Cli.csproj ;;
esac
