from __future__ import annotations

import base64
import re
import zlib

import pytest

from ordermine.report.drawing.pdf import to_pdf

PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200.00 40.00" width="200" height="40">'
    '<text x="4" y="28" font-size="20" fill="#1A1A1A" paint-order="stroke" stroke="#FFFFFF" stroke-width="3">'
    "{}</text></svg>"
)


def to_page(text: str) -> bytes:
    return to_pdf(PICTURE.format(text).encode(), "Orders")


def test_one_page_of_the_size_of_the_map() -> None:
    page = to_page("Order")
    assert page.startswith(b"%PDF-")
    # 200 by 40 pixels are 150 by 30 points.
    assert re.search(rb"/MediaBox \[ 0 0 150 30 \]", page)


def test_text_stays_text_in_an_embedded_font() -> None:
    page = to_page("Größe Заказ")
    assert b"DejaVuSans" in page
    assert b"/FontFile2" in page
    assert b"/Subtype /Image" not in page


@pytest.mark.parametrize("text", ["הזמנה", "طلب"])
def test_right_to_left_is_drawn_as_a_picture(text: str) -> None:
    assert b"/Subtype /Image" in to_page(text)


def test_same_bytes_every_time() -> None:
    assert to_page("Order") == to_page("Order")
    assert b"/CreationDate (D:2000" in to_page("Order")


def test_halo_is_not_drawn() -> None:
    streams = re.findall(rb"stream\r?\n([!-uz\s]*)~>endstream", to_page("Order"))
    content = b"".join(zlib.decompress(base64.a85decode(stream)) for stream in streams)
    assert b"Tj" in content
    # Text rendering modes 1 and 2 draw outlines, in white over the letters.
    assert not re.search(rb"[12] Tr\b", content)
