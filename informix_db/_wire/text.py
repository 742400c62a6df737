"""Locales and code sets: which Python codec the text of a session is in.

A locale is ``language_REGION.codeset``, the code set by name or by number, which may be
hexadecimal. The wire speaks the code set of DB_LOCALE (docs/PROTOCOL.md section 5) [J].
Names and numbers are those of the vendor's table for JDBC; other numbers are IBM's
CCSIDs, which for most code pages are Python's names of them.

Python lacks euctw, ccdc and sbig5, and knows gb and sjis only in the variants below.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from typing import TYPE_CHECKING

from informix_db.exceptions import DataError, InterfaceError

if TYPE_CHECKING:
    from typing_extensions import Buffer

# Python's codecs by the names and numbers of code sets that it spells differently. The
# other names are looked up as they are, the other numbers as code pages.
_CODESETS = {
    "ascii": "ascii",
    "364": "ascii",
    "8859-1": "latin-1",
    "819": "latin-1",
    "912": "iso8859-2",
    "57346": "iso8859-3",
    "913": "iso8859-3",
    "57347": "iso8859-4",
    "914": "iso8859-4",
    "915": "iso8859-5",
    "1089": "iso8859-6",
    "813": "iso8859-7",
    "916": "iso8859-8",
    "920": "iso8859-9",
    "57390": "iso8859-13",
    "921": "iso8859-13",
    "923": "iso8859-15",
    "utf8": "utf-8",
    "57372": "utf-8",
    "1208": "utf-8",
    "sjis": "shift_jis",
    "57350": "shift_jis",
    "sjis-s": "cp932",
    "943": "cp932",
    "ujis": "euc_jp",
    "57351": "euc_jp",
    "57352": "big5",
    "ks5601": "cp949",
    "ksc": "cp949",
    "57356": "cp949",
    "gb": "gbk",
    "gb2312-80": "gbk",
    "57357": "gbk",
    "gb18030-2000": "gb18030",
    "5488": "gb18030",
    "thai620": "tis-620",
    "pc-latin-1": "cp850",
    "pc-latin-2": "cp852",
    "878": "koi8-r",
    "1168": "koi8-u",
}

# Characters that Python's codecs turn into the bytes of a similar one.
_CHANGED = {
    "cp932": "\u00a2\u00a3\u00ac\u2016\u2212\u301c",
    "cp950": "\u00a2\u00a3\u00a5\u2022\u203e\u223c\u2609\u2641\uff64",
    "euc_jp": "\u00a5\u203e",
    "shift_jis": "\u00a5\u203e",
}

# What becomes of bytes that are no text in the session's code set, by the names of
# Python's error handlers.
ERROR_POLICIES = ("strict", "replace", "ignore", "backslashreplace", "surrogateescape")

_ASCII = "".join(map(chr, range(128)))
_NUMBER = re.compile(r"\d+")
_CONDENSED = re.compile(r"[0e][0-9a-f]{3}")  # the number as four hexadecimal digits

# Codecs made here: each with the name of Python's codec it is made from.
_variants: dict[str, tuple[codecs.CodecInfo, str]] = {}


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
    for candidate in _candidates(name):
        try:
            codec = codecs.lookup(candidate).name
            # Informix's code sets contain ASCII; Python has codecs that do not, and
            # some that are no character sets at all.
            plain = _ASCII.encode("ascii")
            if _ASCII.encode(codec) == plain and plain.decode(codec) == _ASCII:
                return codec
        except (LookupError, ValueError):
            continue
    raise InterfaceError(
        f"locale {locale!r}: Python has no codec for code set {codeset!r}"
    )


def _candidates(name: str) -> list[str]:
    """Return the names of codecs that a code set's name or number may stand for."""
    if name in _CODESETS:
        return [_CODESETS[name]]
    if _CONDENSED.fullmatch(name):
        number = str(int(name, 16))
        return [_CODESETS.get(number, f"cp{number}")]
    if _NUMBER.fullmatch(name):
        return [f"cp{name}"]
    return [name, f"iso{name}", name.replace("_", "")]


def codec_with_policy(encoding: str, policy: str) -> str:
    """Return the name of a codec like `encoding` that decodes by `policy`.

    Encoding stays strict, except that surrogateescape gives back the bytes it stood
    for: what is sent is what was meant, or an error.
    """
    if policy == "strict" and encoding not in _CHANGED:
        return encoding
    name = f"informix_db_{re.sub(r'[^a-z0-9]', '_', encoding.lower())}_{policy}"
    if name not in _variants:
        _variants[name] = _with_policy(name, encoding, policy), encoding
    return name


def _with_policy(name: str, encoding: str, policy: str) -> codecs.CodecInfo:
    base = codecs.lookup(encoding)
    exact = policy == "surrogateescape"
    changed = re.compile(f"[{_CHANGED[encoding]}]") if encoding in _CHANGED else None

    def encode(text: str, errors: str = "strict") -> tuple[bytes, int]:
        found = changed.search(text) if changed else None
        if found:
            raise UnicodeEncodeError(encoding, text, *found.span(), "no such character")
        return base.encode(text, policy if exact else errors)

    def decode(data: Buffer, errors: str = "strict", /) -> tuple[str, int]:
        return base.decode(data, policy if errors == "strict" else errors)

    def incremental(errors: str = "strict") -> codecs.IncrementalDecoder:
        assert base.incrementaldecoder is not None
        return base.incrementaldecoder(policy if errors == "strict" else errors)

    return codecs.CodecInfo(encode, decode, incrementaldecoder=incremental, name=name)


def _find_variant(name: str) -> codecs.CodecInfo | None:
    found = _variants.get(name)
    return None if found is None else found[0]


codecs.register(_find_variant)


def plain_codec(encoding: str) -> str:
    """Return the name of the codec that `encoding` was made from, or itself."""
    return _variants[encoding][1] if encoding in _variants else encoding


def encode_secret(secret: str, encoding: str, what: str) -> bytes:
    """Encode a password; DataError, naming `what`, says nothing of what is in it."""
    with contextlib.suppress(UnicodeEncodeError):
        return secret.encode(encoding)
    raise DataError(
        f"{what} has a character that does not exist in the session's code set "
        f"{plain_codec(encoding)}"
    )


def encode_text(text: str, encoding: str, what: str = "") -> bytes:
    """Encode `text`; DataError naming `what`, if given, when a character is lacking."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as exc:
        bad = text[exc.start]
        prefix = f"{what}: " if what else ""
        codeset = plain_codec(encoding)
        raise DataError(
            f"{prefix}character {bad!a} at position {exc.start} does not exist in the "
            f"session's code set {codeset}; connect with a db_locale that has it"
        ) from None
