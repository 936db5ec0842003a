"""Frames and values that pass between the tests and the Python process.

A frame is a little-endian uint32, a JSON header of that many bytes, and the bytes of the tensors
in `header["tensors"]`, one after another. A value inside the header is plain JSON, or an object
with one key that says what it stands for, as `Encoder.value` lists. `wire.ts` is the other end.
"""

import json
import math
import struct

import torch

MAX_SAFE_INTEGER = 2**53 - 1

LAYOUTS = {
    torch.strided: "strided",
    torch.sparse_coo: "sparseCoo",
    torch.sparse_csr: "sparseCsr",
    torch.sparse_csc: "sparseCsc",
    torch.sparse_bsr: "sparseBsr",
    torch.sparse_bsc: "sparseBsc",
    torch._mkldnn: "mkldnn",
    torch.jagged: "jagged",
}
MEMORY_FORMATS = {
    torch.contiguous_format: "contiguousFormat",
    torch.preserve_format: "preserveFormat",
    torch.channels_last: "channelsLast",
    torch.channels_last_3d: "channelsLast3d",
}


def dtype_name(dtype):
    return str(dtype).removeprefix("torch.")


def plain(tensor):
    """The dense, materialised contents of a tensor, its memory order kept where it has one."""
    tensor = tensor.detach()
    if tensor.layout != torch.strided:
        tensor = tensor.to_dense()
    return tensor.cpu().resolve_conj().resolve_neg()


class Encoder:
    def __init__(self):
        self.tensors = []
        self.chunks = []

    def tensor(self, tensor):
        data = plain(tensor)
        chunk = b""
        if data.numel() > 0:
            flat = torch.empty(data.numel(), dtype=data.dtype).copy_(data.reshape(-1))
            chunk = bytes(flat.view(torch.uint8).numpy())
        self.tensors.append(
            {
                "dtype": dtype_name(tensor.dtype),
                "shape": list(tensor.shape),
                "strides": list(data.stride()),
                "layout": LAYOUTS[tensor.layout],
                "requiresGrad": tensor.requires_grad,
                "bytes": len(chunk),
            }
        )
        self.chunks.append(chunk)
        return {"tensor": len(self.tensors) - 1}

    def value(self, value):
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, int):
            return value if abs(value) <= MAX_SAFE_INTEGER else {"int": str(value)}
        if isinstance(value, float):
            return value if math.isfinite(value) else {"float": repr(value)}
        if isinstance(value, complex):
            return {"complex": [self.value(value.real), self.value(value.imag)]}
        if isinstance(value, torch.Tensor):
            return self.tensor(value)
        if isinstance(value, (list, tuple)):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {"dict": {key: self.value(item) for key, item in value.items()}}
        if isinstance(value, slice):
            return {"slice": [value.start, value.stop, value.step]}
        if value is Ellipsis:
            return {"ellipsis": True}
        if isinstance(value, torch.dtype):
            return {"dtype": dtype_name(value)}
        if isinstance(value, torch.device):
            return {"device": str(value)}
        if isinstance(value, torch.layout):
            return {"layout": LAYOUTS[value]}
        if isinstance(value, torch.memory_format):
            return {"memoryFormat": MEMORY_FORMATS[value]}
        raise TypeError(f"a value of type {type(value).__name__} cannot be sent")


class Decoder:
    def __init__(self, header, payload):
        self.tensors = []
        offset = 0
        for meta in header.get("tensors", []):
            chunk = payload[offset : offset + meta["bytes"]]
            offset += meta["bytes"]
            self.tensors.append(self.tensor(meta, chunk))

    @staticmethod
    def tensor(meta, chunk):
        dtype = getattr(torch, meta["dtype"])
        if chunk:
            flat = torch.frombuffer(bytearray(chunk), dtype=torch.uint8).view(dtype)
        else:
            flat = torch.empty(0, dtype=dtype)
        tensor = flat.reshape(meta["shape"]).clone()
        return tensor.requires_grad_() if meta["requiresGrad"] else tensor

    def value(self, value):
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if not isinstance(value, dict):
            return value
        ((kind, content),) = value.items()
        if kind == "tensor":
            return self.tensors[content]
        if kind == "int":
            return int(content)
        if kind == "float":
            return float(content)
        if kind == "complex":
            return complex(*(self.value(part) for part in content))
        if kind == "dict":
            return {key: self.value(item) for key, item in content.items()}
        raise TypeError(f"a value of kind {kind!r} cannot be received")


def read_frame(stream):
    """The next header and payload, or None at the end of the stream."""
    prefix = stream.read(4)
    if len(prefix) < 4:
        return None
    (length,) = struct.unpack("<I", prefix)
    header = json.loads(stream.read(length))
    payload = stream.read(sum(meta["bytes"] for meta in header.get("tensors", [])))
    return header, payload


def write_frame(stream, header, encoder):
    text = json.dumps({**header, "tensors": encoder.tensors}, allow_nan=False).encode()
    stream.write(struct.pack("<I", len(text)))
    stream.write(text)
    for chunk in encoder.chunks:
        stream.write(chunk)
    stream.flush()
