"""The command ``nnpot``: one file per subcommand, each of which parses, calls the library and reports."""
