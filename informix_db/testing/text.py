"""Code sets: which Python codec reads a session's text.

Data and SQL text travel in the code set of DB_LOCALE; IBM's driver shows this [J].
A client that names only CLIENT_LOCALE is taken at that word, as informix-driver is
used that way [P].
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping

from .api import SQLError

_DEFAULT_LOCALE = "en_US.8859-1"
_UNKNOWN_LOCALE = -23101

_CODE_SETS = {
    "819": "latin-1",
    "8859-1": "latin-1",
    "912": "iso8859-2",
    "8859-2": "iso8859-2",
    "915": "iso8859-5",
    "8859-5": "iso8859-5",
    "813": "iso8859-7",
    "8859-7": "iso8859-7",
    "920": "iso8859-9",
    "8859-9": "iso8859-9",
    "923": "iso8859-15",
    "8859-15": "iso8859-15",
    "1250": "cp1250",
    "cp1250": "cp1250",
    "1251": "cp1251",
    "cp1251": "cp1251",
    "1252": "cp1252",
    "cp1252": "cp1252",
    "437": "cp437",
    "850": "cp850",
    "57372": "utf-8",
    "utf8": "utf-8",
    "utf-8": "utf-8",
    "5488": "gb18030",
    "gb18030-2000": "gb18030",
    "932": "cp932",
    "sjis-s": "cp932",
    "57350": "shift_jis",
    "sjis": "shift_jis",
    "57351": "euc_jp",
    "ujis": "euc_jp",
    "57352": "big5",
    "big5": "big5",
    "57356": "cp949",
    "ksc": "cp949",
    "57357": "gbk",
    "gb": "gbk",
}


def codec_of_locale(locale: str) -> str:
    """Return the Python codec of `locale` (``en_US.utf8``); -23101 if unknown."""
    code_set = locale.partition("@")[0].rpartition(".")[2].lower()
    name = _CODE_SETS.get(code_set)
    if name is None:
        raise SQLError(_UNKNOWN_LOCALE, token=locale)
    return codecs.lookup(name).name


def session_codec(environment: Mapping[str, str]) -> str:
    """Return the codec of a login's environment."""
    locale = (
        environment.get("DB_LOCALE")
        or environment.get("CLIENT_LOCALE")
        or _DEFAULT_LOCALE
    )
    return codec_of_locale(locale)
