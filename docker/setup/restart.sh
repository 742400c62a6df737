#!/usr/bin/env bash
# Restart the server and not the container, which would write its sqlhosts anew.
set -euo pipefail

onmode -ky || true
for _ in $(seq 60); do
    mode=0
    onstat - >/dev/null 2>&1 || mode=$? # 5: on-line, 255: off-line
    [ "$mode" -ne 255 ] || break
    sleep 1
done
# What it leaves behind at times, and what the next one would stumble over.
ipcs -m | awk '$3 == "informix" {print $2}' | xargs -r -n 1 ipcrm -m
oninit -w
