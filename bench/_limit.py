"""Whether a measurement keeps to its limit."""


def print_limit(value: float, limit: float, unit: str) -> None:
    """Say whether litert keeps to a limit."""
    verdict = "kept" if value <= limit else "EXCEEDED"
    print(f"limit for litert, {limit:g} {unit}: {verdict} ({value:.3g} {unit})\n", flush=True)
