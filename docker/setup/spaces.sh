#!/usr/bin/env bash
# A space for smart large objects, which is the default one.
set -euo pipefail

config=$INFORMIXDIR/etc/$ONCONFIG
if grep -q '^SBSPACENAME *[a-z]' "$config"; then
    exit 0
fi
directory=$(dirname "$(sed -n 's/^ROOTPATH *//p' "$config")")
chunk=$directory/sbspace1
touch "$chunk"
chmod 660 "$chunk"
onspaces -c -S sbspace1 -p "$chunk" -o 0 -s 100000 -Df "LOGGING=ON"  # size: KiB
onmode -wf SBSPACENAME=sbspace1
# Chunks of a logged space can be used after a backup, if only one to nowhere.
ontape -s -L 0 -t /dev/null
