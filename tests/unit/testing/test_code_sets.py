"""Code sets of locales."""

from __future__ import annotations

import pytest

from informix_db.testing.api import SQLError
from informix_db.testing.text import codec_of_locale


@pytest.mark.parametrize(
    ("locale", "codec"),
    [
        ("en_US.8859-1", "iso8859-1"),
        ("en_US.819", "iso8859-1"),
        ("en_us.0333", "iso8859-1"),
        ("pl_PL.8859-2@euro", "iso8859-2"),
        ("en_US.utf8", "utf-8"),
        ("en_US.57372", "utf-8"),
        ("en_us.e01c", "utf-8"),
        ("ko_kr.KS5601", "cp949"),
        ("ko_KR.949", "cp949"),
        ("ru_ru.1251", "cp1251"),
        ("ru_ru.KOI8-R", "koi8-r"),
        ("ja_jp.ujis", "euc_jp"),
        ("zh_tw.big5", "big5"),
    ],
)
def test_known(locale: str, codec: str) -> None:
    assert codec_of_locale(locale) == codec


@pytest.mark.parametrize(
    "locale",
    ["", "en_US", "en_US.nothing", "en_US.37", "en_US.utf-16", "en_US.rot13", "x.\0"],
)
def test_unknown(locale: str) -> None:
    """Neither are code sets that SQL text cannot be in: EBCDIC, UTF-16."""
    with pytest.raises(SQLError) as caught:
        codec_of_locale(locale)
    assert caught.value.sqlcode == -23101
