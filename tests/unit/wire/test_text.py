"""Locales and text."""

from __future__ import annotations

import codecs

import pytest

from informix_db._wire.text import (
    ERROR_POLICIES,
    codec_of_locale,
    codec_with_policy,
    encode_secret,
    encode_text,
    plain_codec,
)
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
        ("ru_RU.878", "koi8-r"),
        # the vendor's table for JDBC, where it does not say it above
        ("x.57346", "iso8859-3"),
        ("x.8859-4", "iso8859-4"),
        ("x.57347", "iso8859-4"),
        ("x.915", "iso8859-5"),
        ("x.8859-6", "iso8859-6"),
        ("x.1089", "iso8859-6"),
        ("x.813", "iso8859-7"),
        ("x.8859-8", "iso8859-8"),
        ("x.916", "iso8859-8"),
        ("x.920", "iso8859-9"),
        ("x.8859-13", "iso8859-13"),
        ("x.57390", "iso8859-13"),
        ("x.ASCII", "ascii"),
        ("x.364", "ascii"),
        ("x.sjis-s", "cp932"),
        ("x.932", "cp932"),
        ("x.sjis", "shift_jis"),
        ("x.57350", "shift_jis"),
        ("x.big5", "big5"),
        ("x.57352", "big5"),
        *((f"x.{page}", f"cp{page}") for page in range(1250, 1258)),
        ("x.CP1257", "cp1257"),
        ("x.cp936", "gbk"),
        ("x.57357", "gbk"),
        ("x.gb", "gbk"),
        ("x.GB2312-80", "gbk"),
        ("x.cp_949", "cp949"),
        ("x.57356", "cp949"),
        ("x.KS5601", "cp949"),
        ("x.ksc", "cp949"),
        ("x.ujis", "euc_jp"),
        ("x.57351", "euc_jp"),
        # numbers written as the files of locales are named
        ("en_us.0333", "latin-1"),
        ("en_us.01b5", "cp437"),
        ("en_us.04E4", "cp1252"),
        ("en_us.e01c", "utf-8"),
        # code pages known by their number alone
        ("x.437", "cp437"),
        ("x.866", "cp866"),
        ("x.874", "cp874"),
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
    [
        "klingon",
        "hex",
        "rot13",
        "base64",
        "idna",
        "utf16",
        "utf-7",
        "cp037",
        "037",
        "euctw",
        "\0",
    ],
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


# -- policies ------------------------------------------------------------------------


def test_strict_is_the_codec_itself() -> None:
    assert codec_with_policy("utf-8", "strict") == "utf-8"


@pytest.mark.parametrize("policy", ERROR_POLICIES)
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "gb18030", "shift_jis"])
def test_decoding_follows_the_policy(encoding: str, policy: str) -> None:
    codec = codec_with_policy(encoding, policy)
    raw = b"a\xffb"
    assert plain_codec(codec) == encoding
    assert b"ab".decode(codec) == "ab"
    if policy == "strict":
        with pytest.raises(UnicodeDecodeError):
            raw.decode(codec)
        return
    text = raw.decode(encoding, policy)
    assert raw.decode(codec) == text
    assert codecs.getincrementaldecoder(codec)().decode(raw, True) == text
    assert raw.decode(codec, "backslashreplace") == "a\\xffb"


def test_only_surrogateescape_encodes_what_it_decoded() -> None:
    assert "a\udcff".encode(codec_with_policy("utf-8", "surrogateescape")) == b"a\xff"
    with pytest.raises(DataError, match="code set ascii"):
        encode_text("a\xe9", codec_with_policy("ascii", "surrogateescape"))
    for policy in ("replace", "ignore", "backslashreplace"):
        with pytest.raises(DataError, match="code set utf-8"):
            encode_text("a\udcff", codec_with_policy("utf-8", policy))


@pytest.mark.parametrize(
    "codeset",
    ["sjis", "sjis-s", "950", "ujis", "big5", "gb", "ksc", "gb18030", "866", "utf8"],
)
def test_every_character_is_sent_as_itself_or_refused(codeset: str) -> None:
    codec = codec_with_policy(codec_of_locale(f"x.{codeset}"), "strict")
    for number in range(0x10000):
        character = chr(number)
        try:
            raw = character.encode(codec)
        except UnicodeEncodeError:
            continue
        assert raw.decode(codec) == character


def test_a_secret_is_not_told() -> None:
    assert encode_secret("s3\xe9", "latin-1", "it") == b"s3\xe9"
    with pytest.raises(DataError, match="it has a character") as caught:
        encode_secret("s3\u20accret", "latin-1", "it")
    assert "20ac" not in str(caught.value)
    assert caught.value.__context__ is None
