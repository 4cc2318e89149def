"""SVG elements as text that is safe to put into a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordermine.report.drawing.text import clean

if TYPE_CHECKING:
    from markupsafe import Markup


def element(tag: str, *children: str | Markup, **attributes: str | float) -> Markup:
    """Return an element; text and attributes are escaped, numbers cut to two decimals.

    Parameters
    ----------
    tag
        Its name.
    children
        Elements, or text.
    attributes
        An underscore stands for a hyphen; one at the end is dropped: ``class_``.
    """
    from markupsafe import Markup, escape

    written = Markup("").join(
        Markup(' {}="{}"').format(name.rstrip("_").replace("_", "-"), _number(value))
        for name, value in attributes.items()
    )
    inner = Markup("").join(child if isinstance(child, Markup) else escape(clean(child)) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(tag), written, inner)


def picture(kind: str, width: float, height: float, label: str, *children: Markup) -> Markup:
    """Return a drawing that scales with its surroundings.

    Parameters
    ----------
    kind
        Class by which the style sheet knows its size.
    width, height
        In units of the drawing.
    label
        What it shows, for those who can't see it.
    children
        Its elements.
    """
    box = f"0 0 {_number(width)} {_number(height)}"
    edge = "xMinYMid meet"
    return element(
        "svg",
        *children,
        viewBox=box,
        preserveAspectRatio=edge,
        role="img",
        aria_label=clean(label),
        class_=f"chart {kind}",
    )


def _number(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.2f}".rstrip("0").rstrip(".")
