# cython: language_level=3, freethreading_compatible=True
"""The compiled twin of informix_db._wire.decode. Imports nothing of the package."""
