"""How the bytes of a text file become UTF-8, and how the exact bytes of a row that isn't text are found again."""

from __future__ import annotations

BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
SAMPLE_BYTES = 1 << 18

FEWEST_ZEROS = 8
"""Zero bytes that prove UTF-16 in a script other than Latin."""

BAD_ENCODING = "not valid text"


def guess_encoding(head: bytes) -> tuple[str, int]:
    """Return the encoding that the first bytes prove, and the length of the byte order mark.

    Without a mark, UTF-16 shows itself by zero bytes on one side of ASCII characters; else the answer is utf-8, which
    the reader replaces by cp1252 where the first non-ASCII bytes are not UTF-8.
    """
    for mark, encoding in BOMS:
        if head.startswith(mark):
            return encoding, len(mark)
    even, odd = head[0:2000:2], head[1:2000:2]
    if len(head) >= 4 and _zeros_of_utf16(odd, even):
        return "utf-16-le", 0
    if len(head) >= 4 and _zeros_of_utf16(even, odd):
        return "utf-16-be", 0
    return "utf-8", 0


def _zeros_of_utf16(high: bytes, low: bytes) -> bool:
    """Whether these could be the high and low bytes of UTF-16: zeros above most letters, or above ASCII at least."""
    zeros = high.count(0)
    few = zeros > 0.1 * len(high) and zeros >= FEWEST_ZEROS
    return (zeros > 0.4 * len(high) or few) and low.count(0) < 0.1 * zeros


def decode_head(head: bytes, encoding: str) -> str:
    """Return the start of a file as text, for a first look: what can't be decoded is replaced."""
    if encoding != "utf-8":
        return head[: len(head) // 2 * 2].decode(encoding, errors="replace")
    return head.decode("utf-8" if utf8_share(head) >= 0.5 else "cp1252", errors="replace")


def utf8_share(data: bytes) -> float:
    """Return the share of lines with non-ASCII bytes that are valid UTF-8; 1 where there are none."""
    lines = [line for line in data.split(b"\n")[:-1] or [data] if not line.isascii()]
    return sum(map(is_utf8, lines)) / len(lines) if lines else 1.0


def is_utf8(data: bytes) -> bool:
    """Return whether the bytes are UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class Decoder:
    """Turns blocks of UTF-16 into UTF-8; other encodings, in which line ends are bytes, pass.

    Half a surrogate pair, and a last byte without its other half, become surrogates, by which their row is left out.
    """

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._carry = b""
        self.odd = False
        """Whether the last byte of the file was half a character."""

    def to_utf8(self, block: bytes, *, at_end: bool) -> bytes:
        """Return the block in UTF-8; bytes of a character that the block cuts wait for the next one."""
        if not self._encoding.startswith("utf-16"):
            return block
        data = self._carry + block
        self._carry = b""
        keep = len(data) % 2
        if len(data) >= 2 + keep:
            high = data[-1 - keep] if self._encoding == "utf-16-le" else data[-2 - keep]
            keep += 2 if 0xD8 <= high < 0xDC else 0
        if keep and not at_end:
            data, self._carry = data[:-keep], data[-keep:]
        self.odd = len(data) % 2 == 1
        text = data[: len(data) - self.odd].decode(self._encoding, errors="surrogatepass")
        if self.odd:
            text += chr(0xDC00 + data[-1])
        return text.encode("utf-8", errors="surrogatepass")


def cp1252_to_utf8(data: bytes) -> bytes:
    """Return Windows text in UTF-8; bytes without a meaning become surrogates, by which their row is left out."""
    return data.decode("cp1252", errors="surrogateescape").encode("utf-8", errors="surrogatepass")


def undecodable(line: bytes, encoding: str, *, odd: bool = False) -> tuple[str, bytes, str]:
    """Explain a line that is not text.

    Parameters
    ----------
    line
        The line as `Decoder` or `cp1252_to_utf8` made it, without its end.
    encoding
        Encoding of the file.
    odd
        Whether the line ends in a byte that is half a character.

    Returns
    -------
    tuple
        The line with escapes for what can't be shown, its exact bytes in the file, and where the first of them stands.
    """
    if encoding == "utf-8":
        raw = line
        shown = raw.decode("utf-8", errors="backslashreplace")
    elif encoding == "cp1252":
        raw = line.decode("utf-8", errors="surrogatepass").encode("cp1252", errors="surrogateescape")
        shown = raw.decode("cp1252", errors="backslashreplace")
    else:
        text = line.decode("utf-8", errors="surrogatepass")
        raw = text.encode(encoding, errors="surrogatepass")
        if odd:
            raw = raw[:-2] + bytes([ord(text[-1]) - 0xDC00])
        shown = text.encode("utf-8", errors="backslashreplace").decode()
    try:
        raw.decode(encoding)
    except UnicodeDecodeError as error:
        return shown, raw, f"byte {error.start + 1} of the row (0x{raw[error.start]:02x}) is not {encoding}"
    raise AssertionError("the line is text")
