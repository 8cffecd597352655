"""The smallest HTTP server that answers the links and forms of a FileObjects."""

import contextlib
import threading
from collections.abc import Iterator
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from ocs_sim.stores import FileObjects, LinkRefused, NoSuchObject


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._guarded(self._get)

    def do_PUT(self) -> None:
        self._guarded(self._put)

    def do_POST(self) -> None:
        self._guarded(self._post)

    def log_message(self, *_: object) -> None:
        pass

    def _guarded(self, answer) -> None:
        try:
            answer(self.server.objects)
        except LinkRefused as error:
            self._answer(403, str(error).encode())
        except NoSuchObject as error:
            self._answer(404, str(error).encode())

    def _get(self, objects: FileObjects) -> None:
        key, query = self._asked()
        terms = objects.check_link("GET", key, query)
        data = objects.get(key)
        headers = {"Content-Type": objects.head(key).content_type}
        if terms.filename:
            headers["Content-Disposition"] = f'attachment; filename="{terms.filename}"'
        self._answer(200, data, headers)

    def _put(self, objects: FileObjects) -> None:
        key, query = self._asked()
        body = self._body()
        terms = objects.check_link("PUT", key, query)
        given = self.headers.get("Content-Type", "binary/octet-stream")
        if terms.content_type is not None and terms.content_type != given:
            raise LinkRefused(fault="another content type was signed")
        objects.put(key, body, content_type=given)
        self._answer(200)

    def _post(self, objects: FileObjects) -> None:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        parts = message_from_bytes(head + self._body()).get_payload()
        found = {part.get_param("name", header="content-disposition"): part for part in parts}
        data = found.pop("file").get_payload(decode=True)
        fields = {name: part.get_payload(decode=True).decode() for name, part in found.items()}
        terms = objects.check_form(fields)
        if terms.max_bytes is not None and len(data) > terms.max_bytes:
            self._answer(400, b"EntityTooLarge")
            return
        objects.put(terms.key, data, content_type=terms.content_type or "binary/octet-stream")
        self._answer(204)

    def _asked(self) -> tuple[str, dict[str, str]]:
        parts = urlsplit(self.path)
        return unquote(parts.path).removeprefix("/objects/"), dict(parse_qsl(parts.query))

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            if status != 204:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class served:  # noqa: N801 - used as a function
    """A server whose address is known before it serves."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler, bind_and_activate=False)
        self._server.server_bind()
        self.base = f"http://127.0.0.1:{self._server.server_port}/objects"

    @contextlib.contextmanager
    def serving(self, objects: FileObjects) -> Iterator[None]:
        self._server.objects = objects
        self._server.server_activate()
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            thread.join()

    def close(self) -> None:
        self._server.server_close()
