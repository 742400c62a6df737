"""Databases a server is to have besides its own: name, logging mode, locale."""

from __future__ import annotations

from dataclasses import dataclass

LOGGING = {
    "log": " WITH LOG",
    "buffered": " WITH BUFFERED LOG",
    "ansi": " WITH LOG MODE ANSI",
    "none": "",
}


@dataclass(frozen=True, slots=True)
class DatabaseSpec:
    """A database to be made.

    `logging` is "log", "buffered", "ansi" or "none". With a `locale` sessions of
    another one are refused (-23197).
    """

    name: str
    logging: str = "log"
    locale: str = ""

    def __post_init__(self) -> None:
        if self.logging not in LOGGING:
            choices = ", ".join(LOGGING)
            raise ValueError(f"logging is {self.logging!r}, not one of {choices}")

    @classmethod
    def parse(cls, text: str) -> DatabaseSpec:
        """Return what ``NAME[:LOGGING[:LOCALE]]`` says; ValueError if nothing."""
        parts = text.split(":")
        if not parts[0] or len(parts) > 3:
            raise ValueError(f"{text!r} is not NAME[:LOGGING[:LOCALE]]")
        return cls(*parts)

    @property
    def sql(self) -> str:
        """The script that makes the database, if it is not there, for everybody."""
        create = f"CREATE DATABASE IF NOT EXISTS {self.name}{LOGGING[self.logging]}"
        return f"{create}; DATABASE {self.name}; GRANT RESOURCE TO PUBLIC;"
