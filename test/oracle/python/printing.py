"""Random tensors of every printable dtype, and the text Python has for each."""

import random

import torch

FLOATS = [torch.float32, torch.float64, torch.float16, torch.bfloat16]
SMALL_FLOATS = [
    torch.float8_e5m2,
    torch.float8_e4m3fn,
    torch.float8_e5m2fnuz,
    torch.float8_e4m3fnuz,
    torch.float8_e8m0fnu,
]
COMPLEX = [torch.complex32, torch.complex64, torch.complex128]
INTEGERS = [
    torch.uint8,
    torch.int8,
    torch.int16,
    torch.int32,
    torch.int64,
    torch.uint16,
    torch.uint32,
    torch.uint64,
]
SPECIAL = [float("nan"), float("inf"), float("-inf"), 0.0, -0.0]


def random_shape(rng):
    dims = rng.choice([0, 1, 1, 2, 2, 3, 4])
    if rng.random() < 0.15:
        return [rng.randint(3, 40) for _ in range(dims)]
    shape = [rng.choice([1, 2, 3, 5, 7, 12]) for _ in range(dims)]
    if rng.random() < 0.1 and dims > 0:
        shape[rng.randrange(dims)] = 0
    if rng.random() < 0.1 and dims > 0:
        shape[rng.randrange(dims)] = 1100
    while torch.Size(shape).numel() > 30000:
        shape[shape.index(max(shape))] = 2
    return shape


def random_floats(shape, rng):
    """Whole, decimal, tied, tiny, huge, mixed and special numbers."""
    kind = rng.choice(["normal", "whole", "halves", "scaled", "spread", "zeros", "hundreds"])
    x = torch.randn(shape, dtype=torch.float64)
    if kind == "whole":
        x = (x * 10 ** rng.randint(0, 9)).round()
    elif kind == "halves":
        x = (x * 2**12).round() / 2 ** rng.randint(1, 12)
    elif kind == "scaled":
        x = x * 10.0 ** rng.randint(-12, 12)
    elif kind == "spread":
        x = x * 10.0 ** (torch.rand(shape, dtype=torch.float64) * 12 - 6)
    elif kind == "zeros":
        x = x * 0
    elif kind == "hundreds":
        x = x * 300
    flat = x.reshape(-1)
    if flat.numel() > 0 and rng.random() < 0.3:
        for value in rng.sample(SPECIAL, 2):
            flat[rng.randrange(flat.numel())] = value
    return flat.reshape(shape)


def random_tensor(dtype, rng):
    shape = random_shape(rng)
    if dtype in FLOATS + SMALL_FLOATS:
        return random_floats(shape, rng).to(dtype)
    if dtype in COMPLEX:
        parts = torch.complex(random_floats(shape, rng), random_floats(shape, rng))
        return parts.to(dtype)
    if dtype == torch.bool:
        return torch.rand(shape) < 0.5
    info = torch.iinfo(dtype)
    largest = min(info.max, 10 ** rng.randint(1, 19))
    smallest = max(info.min, -largest)
    drawn = [rng.randint(smallest, largest) for _ in range(torch.Size(shape).numel())]
    return torch.tensor(drawn, dtype=dtype).reshape(shape)


def random_options(rng):
    options = {}
    if rng.random() < 0.5:
        options["precision"] = rng.randint(0, 8)
    if rng.random() < 0.5:
        options["threshold"] = rng.choice([0, 5, 100, 10**6])
    if rng.random() < 0.5:
        options["edgeitems"] = rng.randint(0, 5)
    if rng.random() < 0.5:
        options["linewidth"] = rng.randint(10, 200)
    if rng.random() < 0.5:
        options["sci_mode"] = rng.random() < 0.5
    return options


def printable(tensor):
    try:
        return repr(tensor)
    except (RuntimeError, NotImplementedError):
        return None


def samples(seed, count):
    """`count` tensors of each dtype, every third with options of its own."""
    rng = random.Random(seed)
    torch.manual_seed(seed)
    found = []
    for dtype in [*FLOATS, *SMALL_FLOATS, *COMPLEX, *INTEGERS, torch.bool]:
        for index in range(count):
            tensor = random_tensor(dtype, rng)
            options = random_options(rng) if index % 3 == 2 else {}
            with torch._tensor_str.printoptions(**options):
                text = printable(tensor)
            if text is not None:
                found.append({"tensor": tensor, "options": options, "text": text})
    return found
