"""The errors that nnpot raises, in Python and in the C++ core alike.

Every message is one line: where, what was expected, what came, what to do. The command ``nnpot`` prints
that line and exits with code 2; whatever is not an ``NnpotError`` or an ``OSError`` is a bug.
"""


class NnpotError(Exception):
    """Base of all errors that nnpot raises on purpose."""


class InvalidInputError(NnpotError):
    """A value is outside what its receiver accepts (a parameter, a structure, a missing label)."""


class FileFormatError(NnpotError):
    """A file cannot be understood; the message names the file and, where there is one, the line."""


class UnknownElementError(NnpotError):
    """A structure or a file names an element that does not exist or that the model does not know."""


class NonConservativeWarning(UserWarning):
    """A model gives forces that are not the gradient of an energy: dynamics with it gain or lose energy."""
