"""Damage bytes in the ways that failing cards, cut transfers and attackers do."""

from random import Random


def mutate(content: bytes, random: Random) -> bytes:
    """Return a damaged copy: some bits, bytes, runs or lengths changed, or a part missing."""
    changed = bytearray(content)
    for _ in range(random.choice((1, 1, 1, 2, 4, 16))):
        random.choice(_WAYS)(changed, random)
    return bytes(changed)


def _flip_bit(data: bytearray, random: Random) -> None:
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _set_byte(data: bytearray, random: Random) -> None:
    if data:
        data[random.randrange(len(data))] = random.choice(
            (0, 1, 127, 128, 255, random.randrange(256))
        )


def _set_word(data: bytearray, random: Random) -> None:
    if len(data) >= 4:
        start = random.randrange(len(data) - 3)
        value = random.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFF, random.randrange(2**32)))
        data[start : start + 4] = value.to_bytes(4, random.choice(("little", "big")))


def _clear_run(data: bytearray, random: Random) -> None:
    start = random.randrange(len(data) + 1)
    length = min(len(data) - start, random.choice((16, 512, 4096)))
    data[start : start + length] = bytes(length)


def _remove_run(data: bytearray, random: Random) -> None:
    start = random.randrange(len(data) + 1)
    del data[start : start + random.choice((1, 4, 512))]


def _repeat_run(data: bytearray, random: Random) -> None:
    start = random.randrange(len(data) + 1)
    run = data[start : start + random.choice((1, 4, 64, 512))]
    data[start:start] = run


def _cut(data: bytearray, random: Random) -> None:
    del data[random.randrange(len(data) + 1) :]


_WAYS = (
    _flip_bit,
    _flip_bit,
    _set_byte,
    _set_byte,
    _set_word,
    _clear_run,
    _remove_run,
    _repeat_run,
    _cut,
)
