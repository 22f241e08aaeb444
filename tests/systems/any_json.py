"""Any JSON, and much that is none: as text, since what matters most no Python value can say."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

HERE = "\ue000"  # a private character: the place of a value that something else is put at
DEEP = 500
NASTY = [
    r'"\ud800"', r'"a\udfffb"', r'"\u0000"', '"\x7f"', r'"\uffff\ufeff\u202e"', '"' + "x" * 9_000 + '"', '""', '" "',
    "1e400", "-1e400", "NaN", "-Infinity", "1e308", "1e-400", "-0.0", "9" * 5_000, "-" + "9" * 300, str(2**63), "01",
    "0x1",
    "true", "null", "{}", "[]", "[" * DEEP + "]" * DEEP, '{"a":' * DEEP + "1" + "}" * DEEP, "[" * 5_000, "[[]" * 50,
    '{"a": 1, "a": 2}', r'{"\ud800": 1}', '{"": 1}', '{"__proto__": {}}', '{"a": [{"a": [{"a": "x"}]}]}', "",
    "\ufeff1", "'a'",
    '"1_0"', '"\uff11"', '"2026-W01-1"', '"0000-00-00"', '"9999-12-31T23:59:59-14:00"', '"NaN"', '"1e5"', '"%00"',
    '"${a}"',
    '"7d0e6a4e7a394a7e9d5c0b6f5b3f7a11"', '"Q3VzdG9tZXI6MQ=="', '"[\\"newest\\",[],false]"', '"a@\ud55c.example"',
]  # fmt: skip

# One of each kind, for the walk that puts each at each place.
ODD = [
    NASTY[0], NASTY[1], NASTY[2], "1e400", "NaN", "9" * 5_000, "-" + "9" * 300, "[" * DEEP + "]" * DEEP, "[[]" * 50,
    r'{"\ud800": 1}', "true", "null", "{}", "[]", "1.5", '"1_0"', '"2026-W01-1"', '""',
]  # fmt: skip

_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_characters=HERE))
values = st.recursive(_scalars, lambda one: st.lists(one) | st.dictionaries(st.text(), one), max_leaves=8)
texts = st.sampled_from(NASTY) | values.map(json.dumps)


def places(value: Any) -> Iterator[tuple[Any, ...]]:
    """The path of each value inside this one, and of itself."""
    yield ()
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield from ((key, *path) for path in places(one))


def put(value: Any, path: tuple[Any, ...], text: str) -> str:
    """The text of this value, with that text at the path, whose last name may be new."""
    return json.dumps(_marked(value, path), ensure_ascii=False).replace(f'"{HERE}"', text)


def _marked(value: Any, path: tuple[Any, ...]) -> Any:
    if not path:
        return HERE
    if isinstance(value, dict):
        return {**value, path[0]: _marked(value.get(path[0]), path[1:])}
    return [_marked(one, path[1:]) if place == path[0] else one for place, one in enumerate(value)]


@st.composite
def changed(draw: st.DrawFn, value: Any) -> str:
    """The text of this value: as it is, with anything at one of its places, or with a member that it has not."""
    kind = draw(st.sampled_from(["as it is", "changed", "changed", "changed", "more"]))
    if kind == "as it is":
        return json.dumps(value)
    if kind == "more" and isinstance(value, dict):
        name = draw(st.sampled_from(["more", *value]) | st.text())
        return put(value, (name,), draw(texts))
    return put(value, draw(st.sampled_from(list(places(value)))), draw(texts))


# What a header may hold on its way through a web server. Those of the framing are the server's own.
HEADERS = (
    "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Authorization", "Content-Encoding",
    "Content-Type",
    "Cookie", "Forwarded", "Host", "Idempotency-Key", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range",
    "If-Unmodified-Since", "Origin", "Range", "Referer", "User-Agent", "X-CSRFToken", "X-Forwarded-For",
    "X-Forwarded-Host", "X-Forwarded-Proto", "X-HTTP-Method-Override", "X-Request-ID",
)  # fmt: skip
HEADER_VALUES = (
    "", " ", "*", "-1", "0", "null", "x" * 3_000, "\xff\xfe", "\x80" * 40, '"', '"\\"', ",", ";", "=;=;*=", "%00",
    "'; drop", "[",
    r'sessionid="\000aaaaaaa"', r'csrftoken="\000"; sessionid="\377\376aaaaaa"', r'messages="\001"', "sessionid",
    "a=b=c;;",
    "Bearer", "bearer x.y.z", "Bearer a b", "Bearer \xff", "Bearer e30.e30.e30", "Basic AAAA", "Bearer " + "a" * 3_000,
    'W/"v1"', '"v1\\000"', '"v1", "v1"', "Mon, 99 Xyz 99999 99:99:99 GMT", "Sat, 31 Dec 999999999999 00:00:00 GMT",
    "bytes=0-", "bytes=1-0", "bytes=-99999999999999999999", "::1%eth0", "1.2.3.4, x", "127.0.0.1:99999999999",
    "a.b:80:80",
    "application/json; charset=rot13", "application/json;charset*=utf-8''rot13", "application/json; x*=nope''%41",
    "multipart/form-data; boundary=\xff", "multipart/form-data", "application/x-www-form-urlencoded",
    "text/html;" * 400,
    "*/*;q=1e999", "application/json;q=nan", "application/graphql-response+json", "text/html", "en;q=x",
    "x" * 200 + "-" * 99,
)  # fmt: skip
latin_1 = st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f")
headers = st.dictionaries(
    st.sampled_from(HEADERS),
    st.sampled_from(HEADER_VALUES)
    | st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f")),
    max_size=2,
)
words = st.sampled_from(
    ["", "%00", "\ud55c", "1_0", "9" * 400, "-1", "NaN", "'", "a\x01", "__all__", "\uff11"]
) | st.text(st.characters(exclude_categories=["Cs"]))
