"""Forms with a file, multipart/form-data (RFC 7578), read bit by bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from ocs_sim.ranch._errors import BadBody

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FILE = "file"
_MOST_FIELDS = 64
_LONGEST_FIELD_BYTES = 20_000
_NO_FORM = "it is no form (multipart/form-data with a boundary)"


class FormReader:
    """Takes a body piece by piece; the file is the part `file`, as with S3, and what follows it is let go."""

    def __init__(self, content_type: str | None) -> None:
        """Read the boundary from the request's Content-Type. Raises BadBody."""
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise BadBody(fault=_NO_FORM)
        self.fields: dict[str, str] = {}
        self.has_file = False
        self._is_past = False
        self._has_ended = False
        self._name = ""
        self._header, self._value = bytearray(), bytearray()
        self._field, self._content = bytearray(), bytearray()
        try:
            self._parser = MultipartParser(boundary, self._callbacks())
        except FormParserError as error:
            raise BadBody(fault=str(error)) from None

    def feed(self, piece: bytes) -> bytes:
        """Read a piece of the body; return what of it is the file's. Raises BadBody."""
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise BadBody(fault=f"the form is broken ({error})") from None
        content, self._content = bytes(self._content), bytearray()
        return content

    def finish(self) -> None:
        """Raise BadBody unless the form was whole and had a file."""
        if not self._has_ended:
            raise BadBody(fault="the form ends before its last boundary")
        if not self.has_file:
            raise BadBody(fault="the form has no part `file`")

    def _callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._take_header,
            "on_headers_finished": self._take_headers,
            "on_part_data": self._take_data,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        self._name = ""
        self._field.clear()

    def _take_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(self._value.decode("latin-1"))
            self._name = options.get(b"name", b"").decode("utf-8", "replace")
        self._header.clear()
        self._value.clear()

    def _take_headers(self) -> None:
        if not self._name:
            raise BadBody(fault="a part of the form has no name")
        if self._name == FILE and not self._is_past:
            self.has_file = True
        elif len(self.fields) >= _MOST_FIELDS:
            raise BadBody(fault=f"the form has more than {_MOST_FIELDS} fields")

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_past:
            return
        if self.has_file:
            self._content += data[start:end]
            return
        self._field += data[start:end]
        if len(self._field) > _LONGEST_FIELD_BYTES:
            raise BadBody(fault=f"the field {self._name!r} is longer than {_LONGEST_FIELD_BYTES} bytes")

    def _end(self) -> None:
        if self.has_file:
            self._is_past = True
            return
        try:
            self.fields[self._name] = self._field.decode("utf-8")
        except UnicodeDecodeError:
            raise BadBody(fault=f"the field {self._name!r} is not UTF-8") from None

    def _finish(self) -> None:
        self._has_ended = True
