"""Reports as pages that need no other file."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent / "templates"


def render(template: Path, **values: object) -> str:
    """Return the HTML of a template; what it names must be among `values`, which are escaped."""
    environment = Environment(
        loader=FileSystemLoader(template.parent), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template(template.name).render(values)
