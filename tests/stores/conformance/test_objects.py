"""Files by key."""

import io

import pytest

from ocs_sim.stores import LimitExceeded, NoSuchObject, ObjectExists


def test_what_was_put_comes_back(objects, backend):
    told = objects.put(
        "sim/a.txt", b"hello", content_type="text/plain", metadata={"site": "sim", "exposure-s": "5"}
    )
    assert objects.get("sim/a.txt") == b"hello"
    found = objects.head("sim/a.txt")
    assert (found.key, found.size_bytes, found.content_type) == ("sim/a.txt", 5, "text/plain")
    assert dict(found.metadata) == {"site": "sim", "exposure-s": "5"}
    assert abs(found.modified_unix - backend.clock.time()) < 60
    assert told.etag == found.etag


def test_from_bytes_a_path_and_a_file(objects, tmp_path):
    (tmp_path / "a").write_bytes(b"from a path")
    objects.put("path", tmp_path / "a")
    objects.put("file", io.BytesIO(b"from a file"))
    objects.put("bytes", b"from bytes")
    assert [objects.get(key) for key in ("path", "file", "bytes")] == [
        b"from a path",
        b"from a file",
        b"from bytes",
    ]


def test_a_source_that_is_not_there_leaves_nothing(objects, tmp_path):
    with pytest.raises(FileNotFoundError):
        objects.put("a", tmp_path / "missing")
    assert objects.head("a") is None


def test_what_is_not_there(objects):
    assert objects.head("nothing") is None
    with pytest.raises(NoSuchObject):
        objects.get("nothing")
    with pytest.raises(NoSuchObject), objects.open("nothing"):
        pass
    objects.delete("nothing")


def test_an_empty_object(objects):
    objects.put("empty", b"")
    assert objects.get("empty") == b""
    assert objects.head("empty").size_bytes == 0


def test_put_replaces_all_of_it(objects):
    first = objects.put("a", b"first", content_type="text/plain", metadata={"one": "1"})
    second = objects.put("a", b"second", metadata={"two": "2"})
    assert objects.get("a") == b"second"
    assert dict(objects.head("a").metadata) == {"two": "2"}
    assert objects.head("a").content_type == "application/octet-stream"
    assert first.etag != second.etag
    assert objects.put("a", b"second").etag == second.etag


def test_put_absent_only_if_there_is_none(objects):
    objects.put("a", b"first", absent=True)
    with pytest.raises(ObjectExists):
        objects.put("a", b"second", absent=True)
    assert objects.get("a") == b"first"
    objects.delete("a")
    objects.put("a", b"third", absent=True)
    assert objects.get("a") == b"third"


def test_part_of_an_object(objects):
    objects.put("a", bytes(range(100)))
    assert objects.get("a", 10, 20) == bytes(range(10, 20))
    assert objects.get("a", end=3) == bytes(range(3))
    assert objects.get("a", 95) == bytes(range(95, 100))
    assert objects.get("a", 95, 200) == bytes(range(95, 100))
    assert objects.get("a", 100) == b""
    assert objects.get("a", 100, 101) == b""
    for start, end in ((5, 5), (6, 5), (-1, 5)):
        with pytest.raises(LimitExceeded):
            objects.get("a", start, end)


def test_read_bit_by_bit(objects):
    objects.put("a", b"0123456789")
    with objects.open("a") as file:
        assert file.read(4) == b"0123"
        assert file.read(100) == b"456789"
        assert file.read() == b""


def test_who_reads_goes_on_reading_what_is_replaced(objects):
    objects.put("a", b"x" * 100)
    with objects.open("a") as file:
        assert file.read(50) == b"x" * 50
        objects.put("a", b"y" * 100)
        assert file.read() == b"x" * 50


def test_a_large_object(objects, tmp_path):
    data = bytes(range(256)) * (40 * 4096)
    (tmp_path / "large").write_bytes(data)
    objects.put("large", tmp_path / "large")
    assert objects.head("large").size_bytes == len(data)
    assert objects.get("large", len(data) - 5) == data[-5:]
    assert objects.get("large") == data


@pytest.mark.parametrize(
    "key",
    [
        "a b+c%20d&e=f?g#h",
        "sim/2026-11-21/ü.fits",
        "\U0001f52d",
        "/leading",
        "trailing/",
        "a//b",
        ".a/..b/c...",
        "-",
        "~'\"<>&|;$`*",
        "é" * 512,
        "sim/" + "x" * 1000,
    ],
    ids=lambda key: ascii(key)[:30],
)
def test_any_text_is_a_key(objects, key):
    objects.put(key, key.encode())
    assert objects.get(key) == key.encode()
    assert [info.key for info in objects.list()] == [key]
    assert [info.key for info in objects.list(key[:1])] == [key]
    objects.delete(key)
    assert objects.head(key) is None


def test_keys_that_differ_little_are_different(objects):
    keys = ["a", "A", "a/", "á", "a\u0301", "a.", " a"]
    for key in keys:
        objects.put(key, key.encode())
    assert [objects.get(key) for key in keys] == [key.encode() for key in keys]


def test_list_is_in_the_order_of_keys(objects):
    for key in ("sim/b", "sim/a", "other/a", "sim2/a", "sim/ü", "sim/Z"):
        objects.put(key, b"x")
    assert [info.key for info in objects.list("sim/")] == ["sim/Z", "sim/a", "sim/b", "sim/ü"]
    assert [info.key for info in objects.list("sim/", after="sim/a")] == ["sim/b", "sim/ü"]
    assert [info.key for info in objects.list("none/")] == []
    assert len(list(objects.list())) == 6
    assert {info.size_bytes for info in objects.list()} == {1}


@pytest.mark.parametrize("prefix", ["x" * 1025, "a\0b", "\ud800"], ids=lambda prefix: ascii(prefix)[:20])
def test_nothing_begins_with_what_is_no_key(objects, prefix):
    for asked in ({"prefix": prefix}, {"after": prefix}):
        with pytest.raises(LimitExceeded):
            objects.list(**asked)


def test_delete_is_for_good(objects):
    objects.put("a", b"x")
    objects.delete("a")
    objects.delete("a")
    assert objects.head("a") is None
    assert list(objects.list()) == []


@pytest.mark.parametrize(
    "key",
    ["", "x" * 1025, "é" * 513, "a\0b", "\ud800", "..", "./a", "a/../b", "a/."],
    ids=lambda key: ascii(key)[:20],
)
def test_what_is_no_key(objects, key):
    for call in (lambda: objects.put(key, b""), lambda: objects.get(key), lambda: objects.link(key)):
        with pytest.raises(LimitExceeded):
            call()


@pytest.mark.parametrize(
    "metadata",
    [
        {"Upper": "x"},
        {"": "x"},
        {"sp ace": "x"},
        {"name": "é"},
        {"name": "line\nbreak"},
        {"name": " edge"},
        {"name": 5},
        {"name": "x" * 2045},
    ],
    ids=lambda metadata: str(metadata)[:30],
)
def test_metadata_that_s3_would_change_or_refuse(objects, metadata):
    with pytest.raises(LimitExceeded):
        objects.put("a", b"", metadata=metadata)
    assert objects.head("a") is None
