"""TLS: what `tls=` means, and a blocking socket's handshake.

A TLS listener of a server expects TLS from the first byte; inside it the same bytes
travel as without [J]. What a server does with the urgent byte of an interrupt below a
TLS stream is not known [?].
"""

from __future__ import annotations

from socket import socket
from typing import TYPE_CHECKING

from informix_db.exceptions import OperationalError

if TYPE_CHECKING:
    import ssl


def context_of(tls: bool | ssl.SSLContext) -> ssl.SSLContext | None:
    """Return the context to use for `tls`, None for a plain connection.

    True means a server with a self-signed certificate: encrypted, not verified.
    """
    if not isinstance(tls, bool):
        return tls
    if not tls:
        return None
    import ssl  # slow, and only connections with TLS need it

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def handshake(
    sock: socket, context: ssl.SSLContext, hostname: str, peer: str
) -> ssl.SSLSocket:
    """Turn a connected socket into a TLS one, within the socket's timeout."""
    try:
        hostname.encode("idna")  # a name without one makes wrap_socket() leak
        return context.wrap_socket(sock, server_hostname=hostname)
    except (OSError, ValueError) as exc:
        raise handshake_error(exc, peer) from exc


def handshake_error(exc: Exception, peer: str) -> OperationalError:
    """Return the error that says why TLS with `peer` did not come about."""
    import ssl

    refusal = refusal_of(exc)
    if isinstance(exc, ssl.SSLCertVerificationError):
        message = f"the certificate of {peer} is not accepted: {exc.verify_message}"
    elif isinstance(exc, TimeoutError):
        message = (
            f"{peer} accepted the connection but did not answer the TLS handshake in "
            "time; is it a TLS listener?"
        )
    elif refusal:
        message = f"{peer} refused TLS: {refusal}"
    else:
        reason = str(exc) or type(exc).__name__
        message = f"no TLS with {peer}; is it a TLS listener? ({reason})"
    return OperationalError(message, session_dead=True)


def refusal_of(exc: BaseException) -> str:
    """Return why the other side of a TLS connection ended it, "" if it did not say.

    With TLS 1.3 a server that misses a certificate says so after the handshake.
    """
    # Only errors of ssl have such a reason; to name their class is to import it.
    reason = str(getattr(exc, "reason", None) or "")
    if "ALERT" not in reason:
        return ""
    words = reason.partition("ALERT_")[2].replace("_", " ").lower()
    if "certificate" in words or words == "handshake failure":
        words += "; if it wants a client certificate, load one into the tls= context"
    return words
