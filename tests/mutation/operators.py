"""Mutations of Python code: each is one change of the syntax tree that a good test should hear of."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq}
COMPARISONS |= {ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In}
ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
}
ARITHMETIC |= {ast.Pow: ast.Mult, ast.Mod: ast.Mult}
NAMES = {
    "mean": "median",
    "median": "mean",
    "sum": "max",
    "max": "min",
    "min": "max",
    "any": "all",
    "all": "any",
}
NAMES |= {"reduce_sum": "reduce_mean", "reduce_mean": "reduce_sum", "argmin": "argmax", "argmax": "argmin"}
NAMES |= {"maximum": "minimum", "minimum": "maximum", "ceil": "floor", "floor": "ceil", "std": "var"}
DROPPED = {"sqrt", "abs", "exp", "log", "sorted", "reversed", "ravel"}
SMALL = {0: 1, 1: 2, 2: 3, 0.5: 1.0}


@dataclass(frozen=True)
class Mutation:
    """One change: where, of which kind, and the nodes that change places."""

    line: int
    kind: str
    change: str
    target: ast.AST
    field: str
    place: int | None
    new: object


def mutations(tree: ast.Module) -> list[Mutation]:
    """All that the operators make of a module, in the order of its lines."""
    _forget_annotations(tree)
    found = [mutation for node in ast.walk(tree) for mutation in _of(node)]
    return sorted(found, key=lambda one: (one.line, one.kind, one.change))


def apply(mutation: Mutation) -> None:
    """Change the tree that it is of."""
    if mutation.place is None:
        setattr(mutation.target, mutation.field, mutation.new)
    else:
        getattr(mutation.target, mutation.field)[mutation.place] = mutation.new


def _of(node: ast.AST) -> Iterator[Mutation]:
    if isinstance(node, ast.Compare):
        yield from _comparisons(node)
    elif isinstance(node, ast.BinOp):
        yield from _arithmetic(node)
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield _changed(node, "boolean", node, "op", None, other)
    elif isinstance(node, ast.Call):
        yield from _calls(node)
    elif isinstance(node, ast.Slice):
        yield from _slices(node)
    elif isinstance(node, ast.arguments):
        yield from _defaults(node)
    yield from _children(node)


def _changed(
    shown: ast.AST, kind: str, target: ast.AST, field: str, place: int | None, new: object
) -> Mutation:
    """With what stands there before and after as text."""
    before = ast.unparse(shown)
    held = getattr(target, field)
    old = held if place is None else held[place]
    one = Mutation(getattr(shown, "lineno", 0), kind, "", target, field, place, new)
    apply(one)
    after = ast.unparse(shown)
    apply(Mutation(0, "", "", target, field, place, old))
    return Mutation(
        one.line, kind, f"{before}  ->  {after}".replace("\n", " ")[:200], target, field, place, new
    )


def _comparisons(node: ast.Compare) -> Iterator[Mutation]:
    for place, operator in enumerate(node.ops):
        if (other := COMPARISONS.get(type(operator))) is not None:
            yield _changed(node, "comparison", node, "ops", place, other())


def _arithmetic(node: ast.BinOp) -> Iterator[Mutation]:
    is_text = isinstance(node.left, ast.JoinedStr) or isinstance(getattr(node.left, "value", None), str)
    if (other := ARITHMETIC.get(type(node.op))) is not None and not is_text:
        yield _changed(node, "arithmetic", node, "op", None, other())


def _calls(node: ast.Call) -> Iterator[Mutation]:
    for place, keyword in enumerate(node.keywords):
        if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant):
            axis = ast.Constant(1 if keyword.value.value == 0 else 0)
            yield _changed(node, "axis", node.keywords[place], "value", None, axis)
    if isinstance(node.func, ast.Attribute) and node.func.attr in NAMES:
        yield _changed(node, "function", node.func, "attr", None, NAMES[node.func.attr])
    elif isinstance(node.func, ast.Name) and node.func.id in NAMES:
        yield _changed(node, "function", node.func, "id", None, NAMES[node.func.id])


def _slices(node: ast.Slice) -> Iterator[Mutation]:
    for field in ("lower", "upper"):
        if (bound := getattr(node, field)) is not None:
            further = ast.copy_location(ast.BinOp(bound, ast.Add(), ast.Constant(1)), bound)
            shown = ast.copy_location(node, bound)
            yield _changed(shown, "slice", node, field, None, further)


def _defaults(node: ast.arguments) -> Iterator[Mutation]:
    for field in ("defaults", "kw_defaults"):
        for place, value in enumerate(getattr(node, field)):
            if isinstance(value, ast.Constant) and isinstance(value.value, bool | int | float):
                new = ast.copy_location(ast.Constant(_other(value.value)), value)
                yield Mutation(
                    value.lineno, "default", f"{value.value} -> {new.value}", node, field, place, new
                )


def _other(value: bool | int | float) -> bool | int | float:
    """Another number or flag."""
    return (not value) if isinstance(value, bool) else type(value)(SMALL.get(value, value * 2))


def _children(node: ast.AST) -> Iterator[Mutation]:
    """What is changed by putting another node into the place of one."""
    for field, held in ast.iter_fields(node):
        if field in ("defaults", "kw_defaults", "decorator_list"):
            continue
        for place, child in enumerate(held) if isinstance(held, list) else [(None, held)]:
            if isinstance(child, ast.stmt):
                yield from _removed(node, field, place, child)
            elif isinstance(child, ast.expr):
                yield from _replaced(node, field, place, child)


def _removed(node: ast.AST, field: str, place: int | None, child: ast.stmt) -> Iterator[Mutation]:
    kept = (ast.Expr, ast.Assign, ast.AugAssign, ast.Return)
    is_text = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
    if not isinstance(child, kept) or is_text or isinstance(node, ast.Module | ast.ClassDef):
        return
    text = ast.unparse(child).replace("\n", " ")[:150]
    yield Mutation(
        child.lineno,
        "line removed",
        f"{text}  ->  pass",
        node,
        field,
        place,
        ast.copy_location(ast.Pass(), child),
    )


def _replaced(node: ast.AST, field: str, place: int | None, child: ast.expr) -> Iterator[Mutation]:
    new: ast.expr | None = None
    kind = ""
    if isinstance(child, ast.UnaryOp) and isinstance(child.op, ast.Not | ast.USub):
        kind, new = ("not" if isinstance(child.op, ast.Not) else "sign"), child.operand
    elif isinstance(child, ast.Call) and _name(child.func) in DROPPED and len(child.args) == 1:
        kind, new = "call dropped", child.args[0]
    elif isinstance(child, ast.Constant) and type(child.value) in (int, float):
        kind, new = "constant", ast.Constant(_other(child.value))
    if new is not None and not isinstance(node, ast.FormattedValue | ast.JoinedStr):
        shown = node if isinstance(node, ast.expr) else child
        if shown is child:
            change = f"{ast.unparse(child)}  ->  {ast.unparse(new)}"
            yield Mutation(child.lineno, kind, change, node, field, place, ast.copy_location(new, child))
        else:
            yield _changed(shown, kind, node, field, place, ast.copy_location(new, child))


def _name(node: ast.expr) -> str:
    """The last word of what is called."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _forget_annotations(tree: ast.Module) -> None:
    """Types of arguments and results do not run."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
