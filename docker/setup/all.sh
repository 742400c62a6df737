#!/usr/bin/env bash
# One-time set-up of a server, inside its container, by user informix in a login shell.
# Writes the certificate that clients are to trust to /tmp/server.pem.
set -euo pipefail
here=$(dirname "$0")

"$BASH" "$here/tls.sh"
"$BASH" "$here/restart.sh"
"$BASH" "$here/spaces.sh"
"$BASH" "$here/databases.sh"
