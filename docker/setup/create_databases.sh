#!/usr/bin/env bash
# Runs inside the container: the databases that the emulator has by default.
set -euo pipefail
dbaccess sysmaster - <<'SQL'
CREATE DATABASE IF NOT EXISTS testdb WITH LOG;
CREATE DATABASE IF NOT EXISTS ansidb WITH LOG MODE ANSI;
CREATE DATABASE IF NOT EXISTS unlogdb;
SQL
