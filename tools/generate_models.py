"""Write operator/kubecs/ecs/model.py from the ECS service model that the pinned botocore carries.

    python tools/generate_models.py          write the file
    python tools/generate_models.py --check  fail when the file differs from what botocore says

Only structure is taken over: names, types, which members are required. Descriptions and bounds are kubecs's own.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import botocore
import botocore.session
from botocore.model import Shape, StructureShape
from pydantic.alias_generators import to_camel

TARGET = Path(__file__).parent.parent / "operator" / "kubecs" / "ecs" / "model.py"
LINE_LENGTH = 120

ROOTS = (
    "RegisterTaskDefinitionRequest",
    "CreateServiceRequest",
    "RunTaskRequest",
    "CreateClusterRequest",
    "CreateCapacityProviderRequest",
)

SCALARS = {
    "string": "String",
    "integer": "Integer",
    "long": "Integer",
    "float": "Double",
    "double": "Double",
    "boolean": "Boolean",
    "timestamp": "Timestamp",
}

# Words that a plain camel-to-snake rule would tear apart.
WHOLE_WORDS = {"GiB": "Gib", "MiB": "Mib", "VCpu": "Vcpu", "vCpu": "vcpu"}


def snake_case(member: str) -> str:
    """Spell an AWS member the Python way: enableECSManagedTags becomes enable_ecs_managed_tags."""
    for word, whole in WHOLE_WORDS.items():
        member = member.replace(word, whole)
    parted = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", member)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", parted).lower()


def closure(roots: list[Shape]) -> Iterator[Shape]:
    """Yield structures and enums that the roots reach, each after all that it refers to."""
    done: set[str] = set()

    def visit(shape: Shape) -> Iterator[Shape]:
        if shape.name in done:
            return
        done.add(shape.name)
        for part in parts(shape):
            yield from visit(part)
        if is_class(shape) or getattr(shape, "enum", None):
            yield shape

    for root in roots:
        yield from visit(root)


def parts(shape: Shape) -> list[Shape]:
    """The shapes that a shape is made of."""
    if shape.type_name == "structure":
        return list(shape.members.values())
    if shape.type_name == "list":
        return [shape.member]
    return [shape.key, shape.value] if shape.type_name == "map" else []


def is_class(shape: Shape) -> bool:
    """Tell a structure with members from one that stands for any JSON value."""
    return shape.type_name == "structure" and not shape.is_document_type


def python_type(shape: Shape) -> str:
    """The annotation of a member that has this shape."""
    if shape.type_name == "structure":
        return shape.name if is_class(shape) else "JsonValue"
    if shape.type_name == "list":
        return f"tuple[{python_type(shape.member)}, ...]"
    if shape.type_name == "map":
        return f"Mapping[{python_type(shape.key)}, {python_type(shape.value)}]"
    return shape.name if getattr(shape, "enum", None) else SCALARS[shape.type_name]


def field_line(member: str, shape: Shape, *, required: bool) -> str:
    """One attribute of a class; an alias is spelled out only where the camel rule would miss AWS's spelling."""
    attribute = snake_case(member)
    annotation = python_type(shape) + ("" if required else " | None")
    default = "" if required else " = None"
    if to_camel(attribute) == member:
        return f"    {attribute}: {annotation}{default}"
    spelled = f'{annotation}, Field(alias="{member}")'
    line = f"    {attribute}: Annotated[{spelled}]{default}"
    return line if len(line) <= LINE_LENGTH else f"    {attribute}: Annotated[\n        {spelled}\n    ]{default}"


def class_text(shape: StructureShape) -> str:
    """A model class; required members come first, as Python wants it, else in AWS's order."""
    base = "UnionShape" if shape.is_tagged_union else "Shape"
    ordered = sorted(shape.members.items(), key=lambda item: item[0] not in shape.required_members)
    fields = [field_line(name, child, required=name in shape.required_members) for name, child in ordered]
    return "\n".join([f"class {shape.name}({base}):", *fields])


def enum_text(shape: Shape) -> str:
    """A Literal alias, one value a line when they do not fit in one line."""
    values = [f'"{value}"' for value in shape.enum]
    line = f"{shape.name} = Literal[{', '.join(values)}]"
    if len(line) <= LINE_LENGTH:
        return line
    return "\n".join([f"{shape.name} = Literal[", *(f"    {value}," for value in values), "]"])


def header(body: str) -> str:
    """The module docstring and the imports that the body needs."""
    base = [name for name in (*sorted(set(SCALARS.values())), "Shape", "UnionShape") if re.search(rf"\b{name}\b", body)]
    typing = [name for name in ("Annotated", "Literal") if f"{name}[" in body]
    pydantic = [name for name in ("Field", "JsonValue") if re.search(rf"\b{name}\b", body)]
    imports = [f"from pydantic import {', '.join(pydantic)}", ""] if pydantic else []
    return "\n".join(
        [
            f'"""Generated from botocore {botocore.__version__} by tools/generate_models.py: do not edit."""',
            "",
            "# ruff: noqa: D101  descriptions.py says what each shape and member is",
            "",
            "from collections.abc import Mapping",
            f"from typing import {', '.join(typing)}",
            "",
            *imports,
            f"from kubecs.ecs.base import {', '.join(sorted(base))}",
        ]
    )


def render() -> str:
    """The whole module, as it must be on disk."""
    service = botocore.session.get_session().get_service_model("ecs")
    shapes = list(closure([service.shape_for(name) for name in ROOTS]))
    enums = "\n".join(enum_text(shape) for shape in shapes if not is_class(shape))
    classes = "\n\n\n".join(class_text(shape) for shape in shapes if is_class(shape))
    return f"{header(enums + classes)}\n\n{enums}\n\n\n{classes}\n"


def main(arguments: list[str] | None = None) -> int:
    """Write or check the module; 1 when the check finds a difference."""
    parser = argparse.ArgumentParser(description="Generate the ECS models from botocore.")
    parser.add_argument("--check", action="store_true", help="compare only")
    options = parser.parse_args(arguments)
    text = render()
    if not options.check:
        TARGET.write_text(text)
        return 0
    if TARGET.read_text() == text:
        return 0
    print(f"{TARGET.name} is not what botocore {botocore.__version__} says: run tools/generate_models.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
