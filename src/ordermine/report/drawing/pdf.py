"""SVG to PDF, one page of the size of the map."""

from __future__ import annotations

import io
import unicodedata
from typing import TYPE_CHECKING

from ordermine.report.drawing import fonts, svg
from ordermine.report.drawing.png import to_png

if TYPE_CHECKING:
    from reportlab.graphics.shapes import Drawing
    from reportlab.pdfgen.canvas import Canvas

_POINTS_PER_PIXEL = 0.75


def to_pdf(picture: bytes, title: str) -> bytes:
    """Draw `picture`, an SVG file made by ``svg.finish``, as PDF with fonts embedded.

    The drawing stays a drawing with text that can be searched. Scripts that reportlab can't set, because they
    run from right to left or because the bundled typeface lacks them, are drawn as a picture instead.
    """
    from reportlab.pdfgen.canvas import Canvas

    face = fonts.bundled()
    words = svg.visible_text(picture)
    width, height = svg.size(picture)
    width, height = width * _POINTS_PER_PIXEL, height * _POINTS_PER_PIXEL
    output = io.BytesIO()
    # Invariant: no date, no random identifier.
    canvas = Canvas(output, pagesize=(width, height), invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setCreator("ordermine")
    if face.covers(words) and not _right_to_left(words):
        _draw(canvas, picture, face)
    else:
        _draw_pixels(canvas, picture, width, height)
    canvas.showPage()
    canvas.save()
    return output.getvalue()


def _draw(canvas: Canvas, picture: bytes, face: fonts.Face) -> None:
    from reportlab.graphics import renderPDF

    renderPDF.draw(_drawing(picture, face), canvas, 0, 0)


def _drawing(picture: bytes, face: fonts.Face) -> Drawing:
    from lxml import etree
    from svglib.fonts import register_font
    from svglib.svglib import SvgRenderer

    register_font(face.family, str(face.regular))
    register_font(face.family, str(face.bold), weight="bold")
    root = etree.fromstring(svg.with_font(picture, face.family))
    for element in root.iter("{*}text"):
        # svglib would draw the halo over the text.
        for attribute in ("paint-order", "stroke", "stroke-width"):
            element.attrib.pop(attribute, None)
    return SvgRenderer("map.svg").render(root)


def _draw_pixels(canvas: Canvas, picture: bytes, width: float, height: float) -> None:
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(ImageReader(io.BytesIO(to_png(picture))), 0, 0, width, height)


def _right_to_left(text: str) -> bool:
    return any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)
