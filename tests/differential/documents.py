"""Random valid documents of a schema."""

from __future__ import annotations

from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLInt,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_leaf_type,
    is_required_argument,
)

TRUTHS = {"b0": "Boolean!", "b1": "Boolean!", "b2": "Boolean = true"}
VARIABLES = TRUTHS | {"n0": "Int", "n1": "Int = 2"}


class RandomDocument:
    """One operation with its fragments. Aliases, conditions and repeated fields are frequent."""

    def __init__(
        self,
        schema: GraphQLSchema,
        random: Random,
        left_out: frozenset[str] = frozenset(),
        followed: str | None = None,
    ) -> None:
        """``left_out``: names of fields whose values are never the same twice.

        ``followed``: the field of a subscription; the document is a query if that is None.
        """
        self._schema, self._random, self._left_out = schema, random, left_out
        self._fragments: dict[str, tuple[str, str]] = {}
        self._used: set[str] = set()
        self._aliases = self._directives = 0
        if followed is None:
            kind, body = "query", self._set(_some(schema.query_type), 4)
        else:
            field = _some(schema.subscription_type).fields[followed]
            kind = "subscription"
            body = f"{{ {followed} {self._set(get_named_type(field.type), 4)} }}"
        known = ", ".join(f"${name}: {VARIABLES[name]}" for name in sorted(self._used))
        head = f"{kind}({known}) " if known else f"{kind} "
        self.text = head + body + "".join(text for _, text in self._fragments.values())
        self.variables: dict[str, Any] = {
            name: random.random() < 0.5 for name in sorted(self._used & {"b0", "b1"})
        }
        if random.random() < 0.2:
            self.variables["b2"] = random.choice([True, False, None])
        for name in sorted(self._used & {"n0", "n1"}):
            if random.random() < 0.7:
                self.variables[name] = random.choice([None, 0, 1, 2, 3])

    def _set(self, parent: GraphQLNamedType, depth: int) -> str:
        number = self._random.randint(1, 5)
        return "{ " + " ".join(self._one(parent, depth) for _ in range(number)) + " }"

    def _one(self, parent: GraphQLNamedType, depth: int) -> str:
        chance = self._random.random()
        if depth > 0 and chance < 0.12:
            return self._inline(parent, depth)
        if depth > 0 and chance < 0.24 and len(self._fragments) < 5:
            return self._spread(parent, depth)
        return self._field(parent, depth)

    def _field(self, parent: GraphQLNamedType, depth: int) -> str:
        fields = [
            (name, get_named_type(field.type))
            for name, field in getattr(parent, "fields", {}).items()
            if name not in self._left_out
            and not any(is_required_argument(each) for each in field.args.values())
        ]
        usable = [each for each in fields if is_leaf_type(each[1]) or depth > 0]
        if not usable or self._random.random() < 0.08:
            return f"__typename{self._directive()}"
        name, kind = self._random.choice(usable)
        inner = f" {self._set(kind, depth - 1)}" if is_composite_type(kind) else ""
        given = self._arguments(getattr(parent, "fields", {})[name].args)
        alias = ""
        if given or (self._aliases < 20 and self._random.random() < 0.15):
            self._aliases += 1
            alias = f"a{self._aliases}: "
        return f"{alias}{name}{given}{self._directive()}{inner}"

    def _arguments(self, known: dict[str, GraphQLArgument]) -> str:
        """Some of the optional arguments that have simple types."""
        given = [
            f"{name}: {value}"
            for name, argument in known.items()
            if self._aliases < 20
            and self._random.random() < 0.5
            and (value := self._argument(argument))
        ]
        return f"({', '.join(given)})" if given else ""

    def _argument(self, argument: GraphQLArgument) -> str:
        if argument.type is GraphQLBoolean:
            return self._random.choice(["true", "false", "null"])
        if argument.type is not GraphQLInt:
            return ""
        value = self._random.choice(["0", "1", "2", "3", "null", "$n0", "$n1"])
        if value.startswith("$"):
            self._used.add(value[1:])
        return value

    def _inline(self, parent: GraphQLNamedType, depth: int) -> str:
        kind = self._random.choice([None, *self._narrower(parent)])
        condition = f" on {kind.name}" if kind else ""
        return f"...{condition}{self._directive()} {self._set(kind or parent, depth - 1)}"

    def _spread(self, parent: GraphQLNamedType, depth: int) -> str:
        kinds = self._narrower(parent)
        known = [n for n, (on, _) in self._fragments.items() if on in {k.name for k in kinds}]
        if known and self._random.random() < 0.5:
            return f"...{self._random.choice(known)}{self._directive()}"
        kind, name = self._random.choice(kinds), f"F{len(self._fragments)}"
        self._fragments[name] = ("", "")  # not to be spread within itself
        body = self._set(kind, depth - 1)
        self._fragments[name] = (kind.name, f" fragment {name} on {kind.name} {body}")
        return f"...{name}{self._directive()}"

    def _narrower(self, parent: GraphQLNamedType) -> list[GraphQLNamedType]:
        """Types of which a value of the type may be."""
        if is_abstract_type(parent):
            return [parent, *self._schema.get_possible_types(parent)]
        assert isinstance(parent, GraphQLObjectType)
        return [parent, *parent.interfaces]

    def _directive(self) -> str:
        if self._directives > 30 or self._random.random() > 0.15:
            return ""
        self._directives += 1
        name = self._random.choice(["true", "false", *TRUTHS])
        if name in TRUTHS:
            self._used.add(name)
            name = f"${name}"
        return f" @{self._random.choice(['skip', 'include'])}(if: {name})"


def _some(root: GraphQLObjectType | None) -> GraphQLObjectType:
    assert root is not None
    return root
