"""Mutations of files: of their bytes, lines, words and numbers, all from a given source of chance."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

Mutation = Callable[[bytes, Random], bytes]

NUMBER = re.compile(rb"[-+]?\d+\.?\d*(?:[eEdD][-+]?\d+)?")
NUMBERS = (
    (
        "nan inf -inf 1e999 1e-320 -0 0 -1 1 2 0.5 1e9 1000000000 2147483648 -2147483649 "
        "99999999999999999999 1e308 0x10 1_000 1.0D+00 1d5 1,5 .5 5. +3 1e 1.2.3 --1 ١ ½ 1e-5000 00012 1e1000000000 "
        + "9"
        * 400
    )
    .encode()
    .split()
)
WORDS = (
    (
        "T F None null true **** ? X Xx H Uuo 119 = : , # ! \" ' { } [ ] \\ % $ & ~ begin end - -- é \x00 "
        "\ufeff \x1a \x85 \u2028 () NaN() species:S:1 pos:R:3 a=b _JSON <a> &amp; 300K " + "a" * 5000
    )
    .encode()
    .split(b" ")
)
LINE_ENDS = (b"\r\n", b"\r", b"\n\n", b"\n\r", b" \n", b"\t\n", b"\x0b", b"\x0c", b"\x00\n", b"\x85")


def mutated(data: bytes, random: Random, more: Sequence[Mutation] = (), most: int = 4) -> bytes:
    """The bytes of a file after one to ``most`` mutations; ``more`` are drawn beside those of this module."""
    operators = [*MUTATIONS, *more]
    for _ in range(random.choice((1, 1, random.randint(1, most)))):
        data = random.choice(operators)(data, random)
    return data


def _slice(data: bytes, random: Random, longest: int = 200) -> tuple[int, int]:
    start = random.randint(0, len(data))
    return start, min(len(data), start + random.randint(1, longest))


def flip_bit(data: bytes, random: Random) -> bytes:
    """One bit of one byte."""
    if not data:
        return data
    place = random.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << random.randrange(8))]) + data[place + 1 :]


def set_byte(data: bytes, random: Random) -> bytes:
    """One byte becomes any other."""
    if not data:
        return data
    place = random.randrange(len(data))
    return data[:place] + bytes([random.randrange(256)]) + data[place + 1 :]


def insert_bytes(data: bytes, random: Random) -> bytes:
    """Some bytes of noise."""
    place = random.randint(0, len(data))
    return data[:place] + random.randbytes(random.randint(1, 8)) + data[place:]


def remove_slice(data: bytes, random: Random) -> bytes:
    """Some bytes less."""
    start, stop = _slice(data, random)
    return data[:start] + data[stop:]


def repeat_slice(data: bytes, random: Random) -> bytes:
    """Some bytes twice, or many times."""
    start, stop = _slice(data, random)
    return data[:start] + data[start:stop] * random.choice((2, 3, 50)) + data[stop:]


def cut(data: bytes, random: Random) -> bytes:
    """The end is missing."""
    return data[: random.randint(0, len(data))]


def cut_start(data: bytes, random: Random) -> bytes:
    """The start is missing."""
    return data[random.randint(0, len(data)) :]


def _of_lines(change: Callable[[list[bytes], int, Random], list[bytes]]) -> Mutation:
    def mutation(data: bytes, random: Random) -> bytes:
        lines = data.splitlines(keepends=True)
        return b"".join(change(lines, random.randrange(len(lines)), random)) if lines else data

    return mutation


remove_line = _of_lines(lambda lines, k, random: lines[:k] + lines[k + 1 :])
repeat_line = _of_lines(
    lambda lines, k, random: lines[:k] + [lines[k]] * random.choice((2, 20)) + lines[k + 1 :]
)
join_lines = _of_lines(lambda lines, k, random: [*lines[:k], lines[k].rstrip(b"\r\n"), *lines[k + 1 :]])
blank_line = _of_lines(
    lambda lines, k, random: [*lines[:k], random.choice((b"\n", b"  \n", b"#\n")), *lines[k:]]
)


@_of_lines
def swap_lines(lines: list[bytes], k: int, random: Random) -> list[bytes]:
    """Two lines change places."""
    other = random.randrange(len(lines))
    lines[k], lines[other] = lines[other], lines[k]
    return lines


def _of_words(change: Callable[[list[bytes], int, Random], None]) -> Mutation:
    """Words stand at even places, what separates them at odd ones."""

    def mutation(data: bytes, random: Random) -> bytes:
        parts = re.split(rb"(\s+)", data)
        change(parts, 2 * random.randrange((len(parts) + 1) // 2), random)
        return b"".join(parts)

    return mutation


@_of_words
def remove_word(parts: list[bytes], k: int, random: Random) -> None:
    """A word less."""
    parts[k] = b""


@_of_words
def unusual_word(parts: list[bytes], k: int, random: Random) -> None:
    """A word becomes something else."""
    parts[k] = random.choice((*WORDS, *NUMBERS))


@_of_words
def insert_word(parts: list[bytes], k: int, random: Random) -> None:
    """A word more."""
    parts[k] += b" " + random.choice((*WORDS, *NUMBERS))


@_of_words
def swap_words(parts: list[bytes], k: int, random: Random) -> None:
    """Two words change places."""
    other = 2 * random.randrange((len(parts) + 1) // 2)
    parts[k], parts[other] = parts[other], parts[k]


@_of_words
def repeat_word(parts: list[bytes], k: int, random: Random) -> None:
    """A word twice, or many times."""
    parts[k] = b" ".join([parts[k]] * random.choice((2, 1000)))


def unusual_number(data: bytes, random: Random) -> bytes:
    """A number, wherever it stands, becomes another."""
    found = list(NUMBER.finditer(data))
    if not found:
        return data
    place = random.choice(found)
    return data[: place.start()] + random.choice(NUMBERS) + data[place.end() :]


def other_line_ends(data: bytes, random: Random) -> bytes:
    """All line ends become others."""
    return data.replace(b"\n", random.choice(LINE_ENDS))


def other_encoding(data: bytes, random: Random) -> bytes:
    """Another encoding, or a byte order mark."""
    text = data.decode("utf-8", "replace")
    return text.encode(random.choice(("utf-8-sig", "utf-16", "utf-16-be", "utf-32")))


MUTATIONS: tuple[Mutation, ...] = (
    flip_bit,
    set_byte,
    insert_bytes,
    remove_slice,
    repeat_slice,
    cut,
    cut_start,
    remove_line,
    repeat_line,
    join_lines,
    blank_line,
    swap_lines,
    remove_word,
    unusual_word,
    insert_word,
    swap_words,
    repeat_word,
    unusual_number,
    unusual_number,
    other_line_ends,
    other_encoding,
)
