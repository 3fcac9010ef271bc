"""Find the word that somebody meant."""

from collections.abc import Iterable


def most_similar(word: str, words: Iterable[str], least: float = 0.0) -> str | None:
    """Return the word of `words` that is most like `word`; None if none is.

    least: how much alike they have to be, 0..1 (difflib's ratio).
    """
    # Only mistakes need it, and memory is for all.
    import difflib  # noqa: PLC0415

    return next(iter(difflib.get_close_matches(word, words, 1, least)), None)
