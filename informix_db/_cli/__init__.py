"""The command line: an SQL client, `doctor`, and the commands of other tools.

A command is a module with ``add_parser(subparsers)`` and ``run(args) -> int``, which
returns the exit status; `main` knows their names. The client is made of `statements`
(text taken apart), `client` (statements executed), `output` and `values` (rows shown),
`unl` and `transfer` (LOAD and UNLOAD), `catalog` (tables described) and `shell` (the
interactive part). Passwords come from where `login` says, never from an argument.
"""
