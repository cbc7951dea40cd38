#!/usr/bin/env bash
# Packs the C# client, with its symbols, into a folder: artifacts/packages by default.
#   eng/pack.sh [FOLDER] [dotnet pack's OPTIONS]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$(realpath -m "${1:-$root/artifacts/packages}")
dotnet pack "$root/src/Client" -c Release -o "$folder" -p:Version="$("$root/eng/version.sh")" -nologo -v quiet "${@:2}"
ls "$folder"
