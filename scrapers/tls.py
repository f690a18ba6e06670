"""
How far a host must be met halfway to speak TLS: four steps, each of which adds to the one before.

Certificates and host names are checked at every step alike. A step is taken only for an error of the handshake that it can
mend; an error of the certificate is never such a one.
"""

from __future__ import annotations

import ssl

__all__ = ["STEPS", "at_step", "step_after"]

STEPS = ("tls", "tls:p256", "tls:legacy", "tls:seclevel1")
"""Strict; only the curve P-256; servers that know no RFC 5746; OpenSSL's security level 1 instead of 2."""

_OP_LEGACY_SERVER_CONNECT = 0x4  # named in `ssl` from Python 3.12 on

_MENDED_BY = {
    "BAD_ECPOINT": ("tls:p256",),
    "WRONG_CURVE": ("tls:p256",),
    "UNSAFE_LEGACY_RENEGOTIATION_DISABLED": ("tls:legacy",),
    "DH_KEY_TOO_SMALL": ("tls:seclevel1",),
    "LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED": ("tls:seclevel1",),
    "WRONG_SIGNATURE_TYPE": ("tls:seclevel1",),
    "TLSV1_ALERT_INSUFFICIENT_SECURITY": ("tls:seclevel1",),
    # What the server would have liked is not said. A server that cannot be told apart from a safe one sends no alert.
    "SSLV3_ALERT_HANDSHAKE_FAILURE": ("tls:p256", "tls:seclevel1"),
}


def at_step(context: ssl.SSLContext, step: str, *, ca_file: str = "") -> ssl.SSLContext:
    """
    The strict context given, loosened to a step; the roots of `ca_file` (PEM) are believed besides its own.

    Raises ValueError for a step that is none, and for a file that holds no certificates.

    >>> at_step(ssl.create_default_context(), "tls:seclevel1").verify_mode.name
    'CERT_REQUIRED'
    """
    height = STEPS.index(step)
    if height >= 1:
        context.set_ecdh_curve("prime256v1")
    if height >= 2:
        context.options |= _OP_LEGACY_SERVER_CONNECT
    if height >= 3:
        context.set_ciphers("DEFAULT:!aNULL:!eNULL:!PSK:!SRP:@SECLEVEL=1")
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as exc:  # ssl.SSLError is one
            raise ValueError(f"ca_file {ca_file}: no certificates can be read from it ({exc}); give a PEM file") from exc
    return context


def step_after(step: str, error: BaseException) -> str | None:
    """
    The next step that can mend an error of the handshake made at `step`; None when there is none.

    >>> error = ssl.SSLError(1, "dh key too small")
    >>> error.reason = "DH_KEY_TOO_SMALL"
    >>> step_after("tls", error), step_after("tls:seclevel1", error)
    ('tls:seclevel1', None)
    """
    if not isinstance(error, ssl.SSLError) or isinstance(error, ssl.SSLCertVerificationError):
        return None
    menders = _MENDED_BY.get(error.reason or "", ())
    return next((later for later in STEPS[STEPS.index(step) + 1 :] if later in menders), None)
