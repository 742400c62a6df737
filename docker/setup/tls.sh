#!/usr/bin/env bash
# A TLS listener on port 9090, with a certificate that it signs itself.
# The server reads the configuration when it starts: see restart.sh.
set -euo pipefail

readonly PASSWORD=in4mix LABEL=server
config=$INFORMIXDIR/etc/$ONCONFIG
name=$(sed -n 's/^DBSERVERNAME *//p' "$config")

if grep -q "^${name}_tls" "$INFORMIXSQLHOSTS"; then
    exit 0
fi
mkdir -p "$INFORMIXDIR/ssl"
cd "$INFORMIXDIR/ssl"
if command -v gsk8capicmd_64 >/dev/null; then
    gsk8capicmd_64 -keydb -create -db "$name.kdb" -pw "$PASSWORD" -type cms -stash
    gsk8capicmd_64 -cert -create -db "$name.kdb" -stashed -label "$LABEL" \
        -dn CN=localhost -san_dnsname localhost -size 2048 -expire 365 -default_cert yes
    gsk8capicmd_64 -cert -extract -db "$name.kdb" -stashed -label "$LABEL" \
        -target /tmp/server.pem -format ascii
else # releases that use OpenSSL
    openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost -keyout key.pem -out /tmp/server.pem
    openssl pkcs12 -export -name "$LABEL" -inkey key.pem -in /tmp/server.pem \
        -passout "pass:$PASSWORD" -out "$name.p12"
    rm key.pem
    onkstash "$name.p12" "$PASSWORD"
fi
chmod 600 "$name".*

echo "${name}_tls onsocssl *localhost 9090" >>"$INFORMIXSQLHOSTS"
aliases=$(sed -n 's/^DBSERVERALIASES *//p' "$config")
sed -i \
    -e "s/^SSL_KEYSTORE_LABEL.*/SSL_KEYSTORE_LABEL $LABEL/" \
    -e "s/^DBSERVERALIASES.*/DBSERVERALIASES ${aliases:+$aliases,}${name}_tls/" \
    "$config"
echo "NETTYPE onsocssl,1,50,NET" >>"$config"
