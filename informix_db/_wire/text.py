"""Locales and code sets: which Python codec the text of a session is in.

A locale is ``language_REGION.codeset``, the code set by name or by IBM's number.
The wire speaks the code set of DB_LOCALE (PROTOCOL-2.md section 12) [J].
"""

from __future__ import annotations

import codecs

from informix_db.exceptions import DataError, InterfaceError

# IBM code set numbers and Informix's names that Python spells differently. Names
# Python knows under the same spelling are looked up there.
_CODESETS = {
    "819": "latin-1",
    "8859-1": "latin-1",
    "912": "iso8859-2",
    "8859-2": "iso8859-2",
    "913": "iso8859-3",
    "8859-3": "iso8859-3",
    "914": "iso8859-4",
    "8859-4": "iso8859-4",
    "915": "iso8859-5",
    "8859-5": "iso8859-5",
    "1089": "iso8859-6",
    "8859-6": "iso8859-6",
    "813": "iso8859-7",
    "8859-7": "iso8859-7",
    "916": "iso8859-8",
    "8859-8": "iso8859-8",
    "920": "iso8859-9",
    "8859-9": "iso8859-9",
    "8859-13": "iso8859-13",
    "57390": "iso8859-13",
    "923": "iso8859-15",
    "8859-15": "iso8859-15",
    "utf8": "utf-8",
    "57372": "utf-8",
    "1250": "cp1250",
    "1251": "cp1251",
    "1252": "cp1252",
    "1253": "cp1253",
    "1254": "cp1254",
    "1255": "cp1255",
    "1256": "cp1256",
    "1257": "cp1257",
    "gb18030-2000": "gb18030",
    "5488": "gb18030",
    "57350": "gb18030",
    "pc-latin-1": "cp850",
    "850": "cp850",
    "pc-latin-2": "cp852",
    "852": "cp852",
    "437": "cp437",
}

_ASCII = "".join(map(chr, range(128)))


def codec_of_locale(locale: str) -> str:
    """Return the name of Python's codec for the code set of `locale`.

    Raises InterfaceError if the locale names no code set, or one without a codec.
    """
    _, dot, codeset = locale.partition(".")
    name = codeset.partition("@")[0].strip().lower()
    if not dot or not name:
        raise InterfaceError(
            f"locale {locale!r} names no code set; write it as en_US.8859-1"
        )
    try:
        codec = codecs.lookup(_CODESETS.get(name, name)).name
        # Informix's code sets contain ASCII; Python has codecs that do not, and some
        # that are no character sets at all.
        plain = _ASCII.encode("ascii")
        if _ASCII.encode(codec) == plain and plain.decode(codec) == _ASCII:
            return codec
    except (LookupError, ValueError):
        pass
    raise InterfaceError(
        f"locale {locale!r}: Python has no codec for code set {codeset!r}"
    )


def encode_text(text: str, encoding: str, what: str = "") -> bytes:
    """Encode `text`; DataError naming `what`, if given, when a character is lacking."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as exc:
        bad = text[exc.start]
        prefix = f"{what}: " if what else ""
        raise DataError(
            f"{prefix}character {bad!a} at position {exc.start} does not exist in the "
            f"session's code set {encoding}; connect with a db_locale that has it"
        ) from None
