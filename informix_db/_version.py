"""The version, alone in a module so that the build can read it without imports."""

__version__ = "2026.11.21"
