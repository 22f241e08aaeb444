"""What a new OpenAPI document takes away from those who were built on the old one.

Why own: "The contract's diff" in systems/DECISIONS.md. As in GraphQL's own rules, a word that an answer may have now
takes nothing away. Nor does another operationId, which is no part of what is sent.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
# Bounds on what a client sends: a lower "most", or a higher "least", refuses what was taken before.
MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems")
RULES = ("pattern", "multipleOf")  # of two of these there is no telling which takes more


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """One line for each way in which a client of `old` can fail on `new`. Both are OpenAPI 3.1 documents."""
    found: list[str] = []
    for path, item in old["paths"].items():
        for method in METHODS:
            if method in item:
                where, now = f"{method.upper()} {path}", new["paths"].get(path, {}).get(method)
                found += [f"{where} is gone"] if now is None else _operation(where, item[method], now, old, new)
    return found


def _operation(where: str, was: Schema, now: Schema, old: Schema, new: Schema) -> Iterator[str]:
    yield from _parameters(where, was, now, old, new)
    yield from _security(where, was.get("security", old.get("security")), now.get("security", new.get("security")))
    if "requestBody" not in was and now.get("requestBody", {}).get("required"):
        yield f"{where} needs a body"
    for kind, content in was.get("requestBody", {}).get("content", {}).items():
        there = now.get("requestBody", {}).get("content", {})
        yield from _media(f"{where}, the body", kind, content, there, old, new, sent=True)
    for status, answer in was["responses"].items():
        if status not in now["responses"]:
            yield f"{where} answers {status} no more"
            continue
        there = _resolve(now["responses"][status], new).get("content", {})
        for kind, content in _resolve(answer, old).get("content", {}).items():
            yield from _media(f"{where}, answer {status}", kind, content, there, old, new, sent=False)


def _parameters(where: str, was: Schema, now: Schema, old: Schema, new: Schema) -> Iterator[str]:
    before, after = (
        {(one["name"], one["in"]): one for one in operation.get("parameters", [])} for operation in (was, now)
    )
    for name, parameter in after.items():
        if parameter.get("required") and not before.get(name, {}).get("required"):
            yield f"{where} needs the parameter {name[0]}"
    for name, parameter in before.items():
        if name not in after:
            yield f"{where} takes the parameter {name[0]} no more"
        else:
            yield from _schema(
                f"{where}, parameter {name[0]}", parameter["schema"], after[name]["schema"], old, new, sent=True
            )


def _security(where: str, was: list[Schema] | None, now: list[Schema] | None) -> Iterator[str]:
    """Each is a list of ways, any of which is enough. An empty way, or no list, is a request without an account."""
    for way in was or [{}]:
        if not any(set(enough) <= set(way) for enough in now or [{}]):
            yield f"{where} takes {' with '.join(way) or 'a request without an account'} no more"


def _media(where: str, kind: str, was: Schema, there: Schema, old: Schema, new: Schema, *, sent: bool) -> Iterator[str]:
    if kind not in there:
        yield f"{where} is {kind} no more"
    else:
        yield from _schema(where, was["schema"], there[kind]["schema"], old, new, sent=sent)


def _schema(where: str, was: Schema, now: Schema, old: Schema, new: Schema, *, sent: bool) -> Iterator[str]:
    """sent: by the client, which may not be asked for more. Else it is an answer, which may not hold less."""
    was, now = _whole(was, old), _whole(now, new)
    yield from _values(where, was, now, sent=sent)
    properties = now.get("properties", {})
    for name, inside in was.get("properties", {}).items():
        if name not in properties:
            yield f"{where}: {name} is gone"
        else:
            yield from _schema(f"{where}: {name}", inside, properties[name], old, new, sent=sent)
    if "items" in was and "items" in now:
        yield from _schema(f"{where}, each", was["items"], now["items"], old, new, sent=sent)
    more, less = (now, was) if sent else (was, now)
    for name in sorted(set(more.get("required", [])) - set(less.get("required", []))):
        if name in properties:
            yield f"{where}: {name} is {'needed now' if sent else 'no longer sure to be there'}"


def _values(where: str, was: Schema, now: Schema, *, sent: bool) -> Iterator[str]:
    narrow, wide = (now, was) if sent else (was, now)
    if _types(wide) - _types(narrow):
        yield f"{where}: its type is {sorted(_types(now))}, and was {sorted(_types(was))}"
    if was.get("format") != now.get("format"):
        yield f"{where}: its format is {now.get('format')}, and was {was.get('format')}"
    if sent:
        yield from _input(where, was, now)


def _input(where: str, was: Schema, now: Schema) -> Iterator[str]:
    """What a client may send is less than it was."""
    if "enum" in now and "enum" not in was:
        yield f"{where}: only {sorted(map(str, now['enum']))} are taken now"
    if missing := set(was.get("enum", [])) - set(now.get("enum", was.get("enum", []))):
        yield f"{where}: {sorted(map(str, missing))} are taken no more"
    if now.get("additionalProperties") is False and was.get("additionalProperties") is not False:
        yield f"{where} takes no other fields now"
    for name in (*MOST, *LEAST, *RULES):
        if name in now and _tighter(name, was.get(name), now[name]):
            yield f"{where}: {name} is {now[name]}, and was {was.get(name, 'not there')}"


def _types(schema: Schema) -> set[str]:
    said = schema.get("type", [])
    return {said} if isinstance(said, str) else set(said)


def _tighter(name: str, was: Any, now: Any) -> bool:
    if was is None or name in RULES:
        return bool(now != was)
    return bool(now < was if name in MOST else now > was)


def _resolve(part: Schema, document: Schema) -> Schema:
    """The part itself, or the component that it refers to: #/components/responses/Problem404."""
    if "$ref" not in part:
        return part
    *_, kind, name = part["$ref"].split("/")
    found: Schema = document["components"][kind][name]
    return found


def _whole(schema: Schema, document: Schema) -> Schema:
    """The schema with its references followed, and what `allOf` and `oneOf` name taken together."""
    if "$ref" in schema:
        return _whole(_resolve(schema, document), document)
    whole = dict(schema)
    for part in (*schema.get("allOf", []), *schema.get("oneOf", [])):
        inside = _whole(part, document)
        both = _types(whole) | _types(inside)
        whole = {**inside, **whole, **({"type": sorted(both)} if both else {})}
    return whole
