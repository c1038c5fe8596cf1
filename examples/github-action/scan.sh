#!/usr/bin/env bash
# The step "Scan" of action.yml; everything comes from its environment, so that no input becomes a command.
set -uo pipefail

targets=() options=(--data-dir "$ZT_DATA" --output "sarif-github=$ZT_SARIF" --format github)
while IFS= read -r line; do [ -n "$line" ] && targets+=("$line"); done <<<"${ZT_TARGET:-.}"
while IFS= read -r line; do [ -n "$line" ] && options+=(--feeds "$line"); done <<<"${ZT_FEEDS:-}"
[ -n "${ZT_FAIL_ON:-}" ] && options+=(--fail-on "$ZT_FAIL_ON")
[ "${ZT_NEW_ONLY:-}" = true ] && options+=(--new-only)
[ "${ZT_OFFLINE:-}" = true ] && options+=(--offline)
[ -n "${GITHUB_STEP_SUMMARY:-}" ] && options+=(--output "markdown=$GITHUB_STEP_SUMMARY")

"$ZT" scan "${options[@]}" -- "${targets[@]}"
code=$?
[ -n "${GITHUB_OUTPUT:-}" ] && echo "exit-code=$code" >>"$GITHUB_OUTPUT"
exit "$code"
