"""Numbers of things in messages."""


def amount(number: int, singular: str, plural: str = "") -> str:
    """Return the number and its noun: "1 picture", "2 pictures", "2 classes".

    plural: by default the singular and an s.
    """
    return f"{number} {singular if number == 1 else plural or singular + 's'}"
