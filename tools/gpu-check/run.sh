#!/usr/bin/env bash
# Publishes gpu-check as one self-contained program and runs it on this machine's GPU, or, with --publish-only, leaves it in artifacts/gpu-check to be carried to one:
# the folder needs no .NET there. Results: --out FILE.json (and FILE.md beside it). --dry-run needs no GPU.
#   tools/gpu-check/run.sh [--publish-only] [gpu-check's options]
set -euo pipefail
cd "$(dirname "$0")/../.."
out=artifacts/gpu-check
only=
if [ "${1:-}" = --publish-only ]; then only=1; shift; fi
if command -v dotnet >/dev/null; then
  dotnet publish tools/gpu-check -c Release -o "$out" -v q --nologo -p:RunAnalyzers=false -p:GpuCheckBundle=true
elif [ ! -x "$out/gpu-check" ]; then
  echo "there is no dotnet here and no $out/gpu-check: publish it elsewhere with --publish-only and bring the folder" >&2
  exit 3
fi
[ -n "$only" ] && { ls -l "$out/gpu-check"; exit 0; }
# Native libraries are unpacked beside the program, where $HOME may not be writable.
export DOTNET_BUNDLE_EXTRACT_BASE_DIR="${DOTNET_BUNDLE_EXTRACT_BASE_DIR:-$PWD/$out/unpacked}"
exec "$out/gpu-check" "$@"
