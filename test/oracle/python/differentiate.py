"""Gradients of whatever a snippet gives, along random directions."""

import torch


def flatten(value):
    """The tensors in nested lists, tuples and dictionaries, in order."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [tensor for item in value for tensor in flatten(item)]
    if isinstance(value, dict):
        return [tensor for item in value.values() for tensor in flatten(item)]
    return []


def cotangents(outputs):
    """One random direction for each differentiable output, None for the others."""
    return [
        torch.randn(output.shape, dtype=output.dtype) if output.requires_grad else None
        for output in outputs
    ]


def gradients(outputs, directions, leaves):
    """Vector-Jacobian products for the leaves; None for a leaf that no output depends on."""
    pairs = [(out, way) for out, way in zip(outputs, directions) if way is not None]
    if not pairs or not leaves:
        return [None] * len(leaves)
    return list(
        torch.autograd.grad(
            [out for out, _ in pairs], leaves, [way for _, way in pairs], True, allow_unused=True
        )
    )
