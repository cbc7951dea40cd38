#!/usr/bin/env bash
# Makes this clone buildable and runnable. Everything it fetches lies in .deps/ or comes from the system's packages.
# Idempotent: a second run finds everything in place and says nothing.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps="$root/.deps"
log="$deps/setup.log"

say() { printf '%s\n' "tcmgc: $*" >&2; }
fail() { printf '%s\n' "tcmgc: $*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# ONNX Runtime's C# sources and native library, from npm. The version is pinned here and nowhere else.
onnxruntime_package=com.github.asus4.onnxruntime@0.4.9
# Sources of librdkafka 2.15.1, from npm: the version that the Confluent.Kafka of Directory.Packages.props asks for.
librdkafka_package=@confluentinc/kafka-javascript@1.10.1

need_dotnet() {
  have dotnet || fail "the .NET SDK 10 is not installed. Install it from https://dot.net and try again."
  case "$(dotnet --version 2>/dev/null)" in
    [1-9][0-9].*) ;;
    *) fail "the .NET SDK 10 or newer is needed; 'dotnet --version' says '$(dotnet --version 2>&1 | head -1)'." ;;
  esac
}

install_packages() { # of the system
  if ! have apt-get; then
    fail "missing: $*. Install them with your package manager (macOS: brew install ffmpeg sqlite) and try again."
  fi
  local sudo=""
  if [ "$(id -u)" -ne 0 ]; then
    if have sudo && sudo -n true 2>/dev/null; then sudo="sudo -n"
    else fail "missing: $*. Run:  sudo apt-get update && sudo apt-get install -y $*   and try again."; fi
  fi
  say "installing $* (apt-get)"
  $sudo apt-get update -qq >>"$log" 2>&1 || true
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$@" >>"$log" 2>&1 \
    || fail "apt-get could not install $*; see $log"
}

need_system() {
  have ffmpeg && have ffprobe || install_packages ffmpeg
}

# A feed that holds Microsoft.ML.OnnxRuntime needs nothing more; restoring is the test of that.
need_onnxruntime() {
  [ -d "$deps/onnxruntime/Runtime" ] && return
  say "restoring packages"
  if dotnet restore "$root/src/Model/Model.csproj" >>"$log" 2>&1; then return; fi
  grep -q "NU110[123].*Microsoft.ML.OnnxRuntime" "$log" || fail "packages could not be restored; see $log"
  have npm || fail "this NuGet feed lacks Microsoft.ML.OnnxRuntime, and npm, the other source of it, is not installed."
  say "this NuGet feed lacks Microsoft.ML.OnnxRuntime: fetching its C# sources and native library from npm, once"
  local work="$deps/onnxruntime.partial"
  rm -rf "$work" && mkdir -p "$work/native"
  (cd "$work" && npm pack --silent "$onnxruntime_package" >>"$log" 2>&1) || fail "npm could not fetch $onnxruntime_package; see $log"
  tar -xzf "$work"/*.tgz -C "$work" package/Runtime package/Plugins package/LICENSE package/ThirdPartyNotices.txt
  mv "$work/package/Runtime" "$work/package/LICENSE" "$work/package/ThirdPartyNotices.txt" "$work/"
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) mv "$work"/package/Plugins/Linux/x64/*.so "$work/native/" ;;
    Darwin-arm64) mv "$work"/package/Plugins/macOS/arm64/*.dylib "$work/native/" ;;
    *) fail "no native ONNX Runtime for $(uname -s)-$(uname -m) in $onnxruntime_package; use a feed with the whole NuGet gallery" ;;
  esac
  rm -rf "$work/package" "$work"/*.tgz
  mv "$work" "$deps/onnxruntime"
}

need_compiler() { # of C, with what librdkafka links to
  local missing=()
  have gcc || missing+=(gcc libc6-dev)
  have make || missing+=(make)
  have python3 || missing+=(python3-minimal)
  printf '#include <openssl/ssl.h>' | gcc -E - >/dev/null 2>&1 || missing+=(libssl-dev)
  printf '#include <zlib.h>' | gcc -E - >/dev/null 2>&1 || missing+=(zlib1g-dev)
  printf '#include <zstd.h>' | gcc -E - >/dev/null 2>&1 || missing+=(libzstd-dev)
  [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

# A feed that holds librdkafka.redist, which Confluent.Kafka asks for, needs nothing more; restoring is the test of that.
need_librdkafka() {
  [ -d "$deps/librdkafka/native" ] && return
  say "restoring packages"
  if dotnet restore "$root/src/Shared/Shared.csproj" >>"$log" 2>&1; then return; fi
  grep -q "NU110[123].*librdkafka.redist" "$log" || fail "packages could not be restored; see $log"
  have npm || fail "this NuGet feed lacks librdkafka.redist, and npm, the other source of librdkafka, is not installed."
  [ "$(uname -s)" = Linux ] || fail "this NuGet feed lacks librdkafka.redist; use one with the whole NuGet gallery"
  need_compiler
  say "this NuGet feed lacks librdkafka.redist: building librdkafka from its sources on npm, once (about a minute)"
  local work="$deps/librdkafka.partial"
  rm -rf "$work" && mkdir -p "$work/native"
  (cd "$work" && npm pack --silent "$librdkafka_package" >>"$log" 2>&1) || fail "npm could not fetch $librdkafka_package; see $log"
  tar -xzf "$work"/*.tgz -C "$work" package/deps/librdkafka
  local sources="$work/package/deps/librdkafka"
  (cd "$sources" && ./configure --disable-debug-symbols --disable-gssapi --disable-curl && make -j"$(nproc)" -C src librdkafka.so.1) >>"$log" 2>&1 \
    || fail "librdkafka could not be built; see $log"
  mv "$sources/src/librdkafka.so.1" "$work/native/librdkafka.so"
  mv "$sources/LICENSES.txt" "$work/"
  rm -rf "$work/package" "$work"/*.tgz
  mv "$work" "$deps/librdkafka"
}

mkdir -p "$deps"
: >"$log"
need_dotnet
need_system
need_onnxruntime
need_librdkafka
