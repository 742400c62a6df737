"""Code sets: which Python codec reads a session's text.

Data and SQL text travel in the code set of DB_LOCALE; IBM's driver shows this [J].
A client that names only CLIENT_LOCALE is taken at that word, as informix-driver is
used that way [P].
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping

from .api import SQLError

_DEFAULT_LOCALE = "en_US.8859-1"
_UNKNOWN_LOCALE = -23101

# Python's codecs by the names and numbers of Informix's code sets; numbers that are not
# here are those of code pages.
_CODE_SETS = {
    "ascii": "ascii",
    "364": "ascii",
    "819": "latin-1",
    "912": "iso8859-2",
    "57346": "iso8859-3",
    "57347": "iso8859-4",
    "915": "iso8859-5",
    "1089": "iso8859-6",
    "813": "iso8859-7",
    "916": "iso8859-8",
    "920": "iso8859-9",
    "57390": "iso8859-13",
    "923": "iso8859-15",
    "57372": "utf-8",
    "utf8": "utf-8",
    "pc-latin-1": "cp850",
    "pc-latin-2": "cp852",
    "thai620": "tis-620",
    "gb18030-2000": "gb18030",
    "5488": "gb18030",
    "57357": "gbk",
    "gb": "gbk",
    "gb2312-80": "gbk",
    "57352": "big5",
    "57350": "shift_jis",
    "sjis": "shift_jis",
    "sjis-s": "cp932",
    "57351": "euc_jp",
    "ujis": "euc_jp",
    "57356": "cp949",
    "ksc": "cp949",
    "ks5601": "cp949",
}
_CONDENSED = re.compile(r"[0e][0-9a-f]{3}")  # the number as four hexadecimal digits
_SAMPLE = "SELECT"


def codec_of_locale(locale: str) -> str:
    """Return the Python codec of `locale` (``en_US.utf8``); -23101 if unknown."""
    code_set = locale.partition("@")[0].rpartition(".")[2].lower()
    if code_set not in _CODE_SETS and _CONDENSED.fullmatch(code_set):
        code_set = str(int(code_set, 16))
    name = _CODE_SETS.get(code_set, code_set)
    if name.isdigit():
        name = f"cp{name}"
    elif name.startswith("8859-"):
        name = f"iso{name}"
    try:
        found = codecs.lookup(name)
        if found.encode(_SAMPLE)[0] == _SAMPLE.encode():
            return found.name
    except (LookupError, TypeError, ValueError):
        pass  # unknown, or not made of bytes as SQL text is
    raise SQLError(_UNKNOWN_LOCALE, token=locale)


def session_codec(environment: Mapping[str, str]) -> str:
    """Return the codec of a login's environment."""
    locale = (
        environment.get("DB_LOCALE")
        or environment.get("CLIENT_LOCALE")
        or _DEFAULT_LOCALE
    )
    return codec_of_locale(locale)
