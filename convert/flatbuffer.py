"""What stands in a TFLite flatbuffer: its operators with their versions, and its tensor types."""

from collections import Counter
from dataclasses import dataclass

from ai_edge_litert import schema_py_generated as schema


@dataclass(frozen=True)
class Operator:
    """A kind of operator, its version in the TFLite schema, and how often the model has it."""

    name: str
    version: int
    count: int


def operators(flatbuffer: bytes) -> list[Operator]:
    """Return the model's operators in order of first use; custom ones are called "CUSTOM <code>".

    The Flex operators that SELECT_TF_OPS brings are custom ones.
    """
    model = schema.ModelT.InitFromPackedBuf(flatbuffer, 0)
    names = _names(schema.BuiltinOperator)

    def describe(code: schema.OperatorCodeT) -> tuple[str, int]:
        # The first 127 operators have their number in the field that older runtimes read.
        name = names[max(code.builtinCode, code.deprecatedBuiltinCode)]
        custom = f" {code.customCode.decode()}" if code.customCode else ""
        return name + custom, code.version

    used = Counter(
        describe(model.operatorCodes[op.opcodeIndex])
        for subgraph in model.subgraphs
        for op in subgraph.operators
    )
    return [Operator(name, version, count) for (name, version), count in used.items()]


def tensor_types(flatbuffer: bytes) -> set[str]:
    """Return the element types of the model's tensors, in the schema's words: {"INT8", "INT32"}."""
    model = schema.ModelT.InitFromPackedBuf(flatbuffer, 0)
    names = _names(schema.TensorType)
    return {names[tensor.type] for subgraph in model.subgraphs for tensor in subgraph.tensors}


def _names(enum: type) -> dict[int, str]:
    return {value: name for name, value in vars(enum).items() if not name.startswith("_")}
