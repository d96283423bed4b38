"""The schema as a page reads it: addresses by heading, each with its parameters and fields in a line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter or field: its name, what it holds, whether it must be there, what it means."""

    name: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address."""

    anchor: str
    method: str
    path: str
    summary: str
    about: str
    scope: str
    rule: str
    parameters: list[Field]
    body: list[Field]
    answers: str


def groups(schema: Mapping[str, Any]) -> list[tuple[str, list[Operation]]]:
    """The operations of the schema by heading, in the order of the routers."""
    found: dict[str, list[Operation]] = defaultdict(list)
    for path, methods in schema["paths"].items():
        for method, told in methods.items():
            found[(told.get("tags") or ["System"])[0]].append(_operation(schema, path, method, told))
    return list(found.items())


def _operation(schema: Mapping[str, Any], path: str, method: str, told: Mapping[str, Any]) -> Operation:
    parameters = [
        Field(one["name"], _kind(one["schema"]), bool(one.get("required")), one.get("description", ""))
        for one in told.get("parameters", [])
        if "$ref" not in one and one["in"] == "query"
    ]
    content = told.get("requestBody", {}).get("content", {})
    body = _fields(schema, content["application/json"]["schema"]) if "application/json" in content else []
    done = ", ".join(status for status in told["responses"] if status.startswith("2"))
    return Operation(
        told["operationId"], method.upper(), path, told.get("summary", ""), told.get("description", ""),
        told.get("x-scope", ""), told.get("x-rule", ""), parameters, body, done,
    )  # fmt: skip


def _fields(schema: Mapping[str, Any], told: Mapping[str, Any]) -> list[Field]:
    if "$ref" in told:
        told = schema["components"]["schemas"][told["$ref"].rpartition("/")[2]]
    required = set(told.get("required", []))
    return [
        Field(name, _kind(one), name in required, one.get("description", ""))
        for name, one in told.get("properties", {}).items()
    ]


def _kind(told: Mapping[str, Any]) -> str:
    if "$ref" in told:
        return str(told["$ref"].rpartition("/")[2])
    if "anyOf" in told:
        return " | ".join(dict.fromkeys(_kind(one) for one in told["anyOf"]))
    if "enum" in told and len(told["enum"]) <= 8:
        return " | ".join(str(one) for one in told["enum"])
    if told.get("type") == "array":
        return f"[{_kind(told.get('items', {}))}]"
    kind = told.get("format") or told.get("type", "any")
    return " | ".join(kind) if isinstance(kind, list) else str(kind)
