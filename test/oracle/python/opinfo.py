"""Samples of operator calls, taken from PyTorch's own operator database.

An OpInfo names a Python callable and makes sample arguments for it. Many of those callables are
wrappers written in Python, so what is compared is the built-in operator underneath: a mode
records the built-in functions a sample reaches, and the call whose result is the sample's result
is the case, with the arguments it had there. `nn.functional.cross_entropy` so becomes
`torch._C._nn.cross_entropy_loss`; an operator whose result no built-in gives has no case.
"""

import contextlib
import functools
import random
import sys
import types
import unittest

import torch
from torch.overrides import TorchFunctionMode

import differentiate
import wire

# The database imports a package that it does not need for making samples.
sys.modules.setdefault("expecttest", types.SimpleNamespace(TestCase=unittest.TestCase))
from torch.testing._internal.common_methods_invocations import op_db  # noqa: E402

DTYPES = [
    torch.float32,
    torch.float64,
    torch.complex64,
    torch.int64,
    torch.bool,
    torch.bfloat16,
    torch.float16,
    torch.uint8,
]
MAX_ELEMENTS = 5000

NAMESPACES = {
    "torch": torch._C._VariableFunctions,
    "nn.functional": torch._C._nn,
    "linalg": torch._C._linalg,
    "fft": torch._C._fft,
    "special": torch._C._special,
}


def builtin_names():
    """The namespace and name of every built-in function, by identity."""
    names = {}
    for namespace, holder in NAMESPACES.items():
        for attribute in dir(holder):
            function = getattr(holder, attribute)
            if callable(function) and not attribute.startswith("__"):
                prefix = {"linalg": "linalg_", "fft": "fft_", "special": "special_"}.get(namespace)
                names[id(function)] = (namespace, attribute.removeprefix(prefix or ""), attribute)
    return names


BUILTINS = builtin_names()


def operator_of(function):
    """(form, namespace, name, ATen name) of a built-in, or None for anything else."""
    if isinstance(function, (torch._ops.OpOverload, torch._ops.OpOverloadPacket)):
        name = function._schema.name if hasattr(function, "_schema") else function._qualified_op_name
        if not name.startswith("aten::"):
            return None
        name = name.removeprefix("aten::")
        return "aten", "ops.aten", name, name
    if id(function) in BUILTINS:
        namespace, name, aten = BUILTINS[id(function)]
        if name.startswith("_"):
            return "aten", "ops.aten", aten, aten
        return "function", namespace, name, aten
    if isinstance(function, (types.MethodDescriptorType, types.WrapperDescriptorType)):
        return "method", "Tensor", function.__name__, function.__name__
    owner = getattr(function, "__self__", None)
    if isinstance(owner, types.GetSetDescriptorType):
        return "property", "Tensor", owner.__name__, owner.__name__
    return None


def is_in_place(name):
    return name.endswith("_") and not name.endswith("__")


class Recorder(TorchFunctionMode):
    """Remembers the built-in calls made while it is active."""

    # Read to decide what to call, not part of what is computed.
    QUERIES = {
        "shape", "dtype", "device", "layout", "ndim", "is_sparse", "is_cuda", "requires_grad",
        "is_meta", "is_quantized", "is_nested", "dim", "size", "numel", "stride", "is_complex",
        "is_floating_point", "is_contiguous", "__len__", "names", "grad_fn", "is_leaf", "is_cpu",
        "is_mkldnn", "has_names", "element_size", "_is_zerotensor", "get_device", "is_xla",
    }  # fmt: skip

    def __init__(self):
        super().__init__()
        self.calls = []

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        operator = operator_of(function)
        given = args
        if operator is not None and is_in_place(operator[2]):
            given = (args[0].clone(), *args[1:])
        result = function(*args, **kwargs)
        if operator is None or operator[2] not in self.QUERIES:
            self.calls.append((operator, given, kwargs, result, function))
        return result


@contextlib.contextmanager
def transparent_wrappers():
    """Makes Python-written functions run their bodies under a mode, so that it sees the built-ins."""
    patched = []
    for module in (torch.nn.functional, torch.functional, torch._tensor, torch.signal.windows.windows):
        for name in dir(module):
            if name.startswith("has_torch_function"):
                patched.append((module, name, getattr(module, name)))
                setattr(module, name, lambda *_: False)
    try:
        yield
    finally:
        for module, name, original in patched:
            setattr(module, name, original)


def same_result(a, b):
    a, b = differentiate.flatten(a), differentiate.flatten(b)
    return len(a) == len(b) and all(x is y for x, y in zip(a, b))


def whole_numbers(value):
    """JavaScript has one number type: a whole float is written as an int on both sides."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
        return type(value)(map(whole_numbers, value)) if type(value) in (list, tuple) else value
    return value


def fresh(value, leaves):
    """A copy with leaves of its own, whose memory order is what the other side will rebuild."""
    if isinstance(value, torch.Tensor):
        data = wire.plain(value)
        copy = data.clone() if value.layout == torch.strided else value.detach().clone()
        if value.requires_grad:
            leaves.append(copy.requires_grad_())
        return copy
    if isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
        return [fresh(item, leaves) for item in value]
    if isinstance(value, dict):
        return {key: fresh(item, leaves) for key, item in value.items()}
    return list(value) if isinstance(value, torch.Size) else value


def fits(value, type_):
    text = str(type_)
    if value is None:
        return text.startswith("Optional")
    if isinstance(value, (list, tuple)):
        return "List" in text
    if isinstance(value, str):
        return "str" in text
    return not isinstance(value, torch.Tensor) or "Tensor" in text


def accepts(schema, args, kwargs):
    count = len(args)
    positional = [argument for argument in schema.arguments if not argument.kwarg_only]
    names = [argument.name for argument in schema.arguments]
    if count > len(positional) or any(argument.is_out for argument in schema.arguments):
        return False
    if not all(fits(value, argument.type) for value, argument in zip(args, positional)):
        return False
    given = set(names[:count]) | set(kwargs)
    required = {a.name for a in schema.arguments if not a.has_default_value()}
    return set(kwargs) <= set(names[count:]) and required <= given


RENAMED = {"input": "self", "axis": "dim", "keepdims": "keepdim", "x": "self"}


def arranged(aten, args, kwargs):
    """Required arguments by position, sizes given one by one as a list, names as in the schema.

    Also gives the name of the first overload that takes them so, and its names of the arguments
    by position.
    """
    schemas = torch._C._jit_get_schemas_for_operator(f"aten::{aten}")
    renamed = {RENAMED.get(key, key): value for key, value in kwargs.items()}
    for names in (kwargs, renamed):
        candidates = [
            (args, names),
            *(
                ((*args[:at], list(args[at:])), names)
                for at in (1, 0)
                if len(args) > at and all(type(item) is int for item in args[at:])
            ),
        ]
        for positional, named in candidates:
            for schema in schemas:
                if not accepts(schema, positional, named):
                    continue
                if len(positional) < len(args) and "int" not in str(
                    schema.arguments[len(positional) - 1].type
                ):
                    continue
                positional, named = list(positional), dict(named)
                for argument in schema.arguments[len(positional) :]:
                    if argument.name not in named or argument.kwarg_only:
                        break
                    if argument.has_default_value():
                        break
                    positional.append(named.pop(argument.name))
                names = [argument.name for argument in schema.arguments]
                return positional, named, schema.overload_name, names[: len(positional)]
    # Python adds requires_grad to factories, and has methods that are no operators: x.double().
    return list(args), dict(kwargs), "", []


def record(function, sample):
    """The built-in call that gives the result of `function` for this sample, or None."""
    recorder = Recorder()
    with transparent_wrappers(), recorder:
        result = function(sample.input, *sample.args, **sample.kwargs)
    calls = [call for call in recorder.calls if call[0] and same_result(call[3], result)]
    return calls[-1] if calls else None


def replay(form, function, args, kwargs, seed):
    torch.manual_seed(seed)
    if form == "property":
        return function(args[0])
    if function is torch.Tensor.__getitem__:
        return args[0][tuple(args[1])]
    return function(*args, **kwargs)


def case(callable_, sample, seed):
    """One call with its inputs, results and gradients; None where only Python composes it."""
    # A sample may be changed by the call it is recorded with.
    recorded = record(callable_, copied(sample))
    if recorded is None:
        return None
    (kind, namespace, name, aten), args, kwargs, _, function = recorded
    args, kwargs = whole_numbers(tuple(args)), {k: whole_numbers(v) for k, v in kwargs.items()}
    if aten == "nonzero" and kwargs.pop("as_tuple", False):
        # Python's own keyword chooses between two operators.
        name, function = "nonzero_numpy", functools.partial(function, as_tuple=True)
        aten = name
    overload, names = "", ["self"]
    if kind != "property" and not name.startswith("__"):
        args, kwargs, overload, names = arranged(aten, args, kwargs)
    if name == "__getitem__" and not isinstance(args[1], tuple):
        args = (args[0], (args[1],))
    leaves = []
    in_place = is_in_place(name)
    args, kwargs = fresh(list(args), leaves), fresh(kwargs, leaves)
    sent = (copied_value(args), copied_value(kwargs))
    target = args[0].clone() if in_place else None
    call_args = [target, *args[1:]] if in_place else args
    result = replay(kind, function, call_args, kwargs, seed)
    outputs = differentiate.flatten(result)
    answer = {
        "form": "inplace" if in_place else kind,
        "namespace": namespace,
        "name": name,
        "aten": aten,
        "overload": overload or "default",
        "dtype": wire.dtype_name(sample_dtype(args)),
        "arguments": sent[0],
        "argumentNames": names,
        "options": sent[1],
        "seed": seed,
        "result": result,
        "gradientError": None,
        "cotangents": [],
        "gradients": [],
    }
    directions = differentiate.cotangents(outputs)
    if leaves and any(way is not None for way in directions):
        # Eigenvectors are defined up to a phase, which their gradients may not depend on: there
        # the eigenvalues, the first result, are what can be differentiated.
        only_first = [way if index == 0 else None for index, way in enumerate(directions)]
        for chosen_directions in (directions, only_first):
            try:
                answer["gradients"] = differentiate.gradients(outputs, chosen_directions, leaves)
                answer["cotangents"] = chosen_directions
                break
            except RuntimeError as error:
                answer["gradientError"] = str(error).splitlines()[0]
    return answer


def copied_value(value):
    if isinstance(value, torch.Tensor):
        return value.detach().clone().requires_grad_(value.requires_grad)
    if isinstance(value, list):
        return [copied_value(item) for item in value]
    if isinstance(value, dict):
        return {key: copied_value(item) for key, item in value.items()}
    return value


def copied(sample):
    """The same sample with tensors that an in-place operator may change."""

    def copy(value):
        if not isinstance(value, torch.Tensor):
            return value
        with torch.enable_grad():
            return value.detach().requires_grad_(value.requires_grad).clone()

    return sample.transform(copy)


def sample_dtype(args):
    tensors = differentiate.flatten(args)
    return tensors[0].dtype if tensors else torch.get_default_dtype()


def elements(sample):
    tensors = differentiate.flatten([sample.input, list(sample.args), sample.kwargs])
    return sum(tensor.numel() for tensor in tensors)


def all_dense(sample):
    tensors = differentiate.flatten([sample.input, list(sample.args), sample.kwargs])
    return all(tensor.layout == torch.strided for tensor in tensors)


def shape_of_call(sample):
    """What makes two samples different enough to take both."""

    def kind(value):
        if isinstance(value, torch.Tensor):
            return f"Tensor{value.dim()}"
        if isinstance(value, (list, tuple)):
            return tuple(map(kind, value))
        return type(value).__name__

    return (
        kind(sample.input),
        tuple(map(kind, sample.args)),
        tuple(sorted((key, kind(value)) for key, value in sample.kwargs.items())),
    )


def chosen(info, dtype, limit, rng):
    """A few small samples, unlike each other first, the rest drawn at random."""
    differentiable = info.supports_autograd and dtype in info.supported_backward_dtypes("cpu")
    samples = []
    for index, sample in enumerate(info.sample_inputs("cpu", dtype, requires_grad=differentiable)):
        if index >= 60:
            break
        if elements(sample) <= MAX_ELEMENTS and all_dense(sample):
            samples.append(sample)
    rng.shuffle(samples)
    first, rest, seen = [], [], set()
    for sample in samples:
        shape = shape_of_call(sample)
        (rest if shape in seen else first).append(sample)
        seen.add(shape)
    return (first + rest)[:limit]


def operators():
    """The database's entries: one for each name and variant."""
    return [f"{info.name}|{info.variant_test_name}" for info in op_db]


def forms(info):
    """Every callable of an entry with its form: its function, methods, and those of its aliases."""
    seen = set()
    for index, entry in enumerate([info, *info.aliases]):
        candidates = [
            ("function" if index == 0 else "alias", entry.op),
            ("method", entry.method_variant),
            ("inplace", entry.inplace_variant),
            ("inplace", getattr(torch, f"{entry.name}_", None)),
        ]
        for form, callable_ in candidates:
            if callable_ is not None and callable_ not in seen:
                seen.add(callable_)
                yield form, callable_


def cases(operator, seed, limit):
    """The cases of one entry, and why samples gave none; there is no case where only Python
    composes the operator.

    The function gets `limit` samples of the first dtype in DTYPES that it supports, and one of
    each other; methods, in-place forms and aliases one of the first two.
    """
    name, variant = operator.split("|")
    info = next(i for i in op_db if i.name == name and i.variant_test_name == variant)
    supported = [dtype for dtype in DTYPES if dtype in info.supported_dtypes("cpu")]
    found, failed = [], []
    for position, dtype in enumerate(supported):
        rng = random.Random(seed)
        torch.manual_seed(seed)
        random.seed(seed)
        try:
            samples = chosen(info, dtype, limit if position == 0 else 1, rng)
        except Exception as error:
            failed.append(f"samples of {wire.dtype_name(dtype)}: {type(error).__name__}: {error}")
            continue
        for form, callable_ in forms(info):
            if form != "function" and position > 1:
                continue
            for sample in samples[: limit if form == "function" else 1]:
                if form == "inplace" and sample.broadcasts_input:
                    continue
                try:
                    made = case(callable_, sample, seed)
                except Exception as error:
                    failed.append(f"{form}: {type(error).__name__}: {str(error).splitlines()[0]}")
                    continue
                if made is not None:
                    made["supportsOut"] = info.supports_out and made["form"] == "function"
                    found.append(made)
    return {"cases": found, "failed": failed}
