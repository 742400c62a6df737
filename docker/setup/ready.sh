#!/usr/bin/env bash
# Succeed when the server has made its system databases and can be worked with.
set -euo pipefail

path=$(sed -n 's/^MSGPATH *//p' "$INFORMIXDIR/etc/$ONCONFIG")
log=$(eval "echo $path") # it may name $INFORMIXDIR
grep -q "sysadmin. database built successfully" "$log"
echo "SELECT tabid FROM systables WHERE tabid = 1" | dbaccess sysmaster - >/dev/null
