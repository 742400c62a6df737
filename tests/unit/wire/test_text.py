"""Locales and text."""

from __future__ import annotations

import codecs

import pytest

from informix_db._wire.text import codec_of_locale, encode_text
from informix_db.exceptions import DataError, InterfaceError


@pytest.mark.parametrize(
    ("locale", "codec"),
    [
        ("en_US.8859-1", "latin-1"),
        ("en_US.819", "latin-1"),
        ("EN_us.8859-1", "latin-1"),
        ("de_DE.8859-15", "iso8859-15"),
        ("de_DE.923", "iso8859-15"),
        ("de_DE.8859-15@dict", "iso8859-15"),
        ("en_US.utf8", "utf-8"),
        ("en_US.UTF8", "utf-8"),
        ("en_US.57372", "utf-8"),
        ("pl_PL.8859-2", "iso8859-2"),
        ("pl_PL.912", "iso8859-2"),
        ("en_US.CP1252", "cp1252"),
        ("en_US.1252", "cp1252"),
        ("zh_CN.GB18030-2000", "gb18030"),
        ("zh_CN.5488", "gb18030"),
        ("en_US.PC-Latin-1", "cp850"),
        ("ru_RU.koi8-r", "koi8-r"),
        ("ja_JP.sjis", "shift_jis"),
    ],
)
def test_codec_of_locale(locale: str, codec: str) -> None:
    assert codec_of_locale(locale) == codecs.lookup(codec).name


@pytest.mark.parametrize("locale", ["en_US", "", "en_US.", "en_US.@dict", "utf8"])
def test_locale_without_a_code_set(locale: str) -> None:
    with pytest.raises(InterfaceError, match="names no code set"):
        codec_of_locale(locale)


@pytest.mark.parametrize(
    "codeset",
    ["klingon", "hex", "rot13", "base64", "idna", "utf16", "utf-7", "cp037", "\0"],
)
def test_code_set_python_has_no_character_set_for(codeset: str) -> None:
    with pytest.raises(InterfaceError, match="Python has no codec for code set"):
        codec_of_locale(f"en_US.{codeset}")


def test_encode() -> None:
    assert encode_text("h\u00e9", "latin-1", "x") == b"h\xe9"


def test_encode_what_the_code_set_lacks() -> None:
    with pytest.raises(
        DataError, match=r"SQL text: character '\\u20ac' at position 2 .*iso8859-1"
    ):
        encode_text("ab\u20ac", "iso8859-1", "SQL text")
