"""SVG to PNG with resvg."""

from __future__ import annotations

from ordermine.errors import EnvironmentFault
from ordermine.report.drawing import fonts, svg

_SHARP = 2.0
_MOST_PIXELS = 60e6  # 240 MB while it is drawn.
_LONGEST_SIDE = 20_000


def to_png(picture: bytes) -> bytes:
    """Draw `picture`, an SVG file made by ``svg.finish``, at twice its size (less where that would be huge).

    Text is set in the bundled typeface, and nothing of the system is needed. Only where that lacks a
    character (Chinese, Japanese, Korean, Thai, Indian scripts) are the system's fonts asked for it.

    Raises
    ------
    EnvironmentFault
        resvg could not draw it.
    """
    import resvg_py

    face = fonts.bundled()
    width, height = svg.size(picture)
    zoom = min(_SHARP, (_MOST_PIXELS / (width * height)) ** 0.5, _LONGEST_SIDE / max(width, height))
    try:
        png = resvg_py.svg_to_bytes(
            svg_string=svg.with_font(picture, face.family).decode(),
            zoom=zoom,
            skip_system_fonts=face.covers(svg.visible_text(picture)),
            font_files=[str(face.regular), str(face.bold)],
            font_family=face.family,
        )
    except (ValueError, RuntimeError) as error:
        raise EnvironmentFault(f"the map could not be drawn as PNG: {error}", hint="use SVG instead") from error
    return bytes(png)
