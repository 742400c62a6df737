#!/usr/bin/env bash
# The databases that the emulator has by default.
set -euo pipefail

dbaccess sysmaster - <<'SQL'
CREATE DATABASE IF NOT EXISTS testdb WITH LOG;
CLOSE DATABASE;
CREATE DATABASE IF NOT EXISTS ansidb WITH LOG MODE ANSI;
CLOSE DATABASE;
CREATE DATABASE IF NOT EXISTS unlogdb;
SQL
