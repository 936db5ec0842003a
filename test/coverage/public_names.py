"""Prints PyTorch's public modules, functionals, optimisers and schedulers as JSON.

Modules, optimisers and schedulers are the classes that their packages export, without those that
are only there to be subclassed. torch.nn.functional exports no list: its functions are what it
defines or takes from PyTorch's built-ins, without its imports and its internal checks.
"""

import inspect
import json

import torch

BASES = {
    torch.nn.Module,
    torch.nn.RNNBase,
    torch.nn.RNNCellBase,
    torch.optim.Optimizer,
    torch.optim.lr_scheduler.LRScheduler,
}
FUNCTIONAL_SOURCES = {"torch.nn.functional", "torch", "torch._C._nn"}
INTERNAL = {"assert_int_or_pair"}


def classes(package, base):
    exported = [getattr(package, name) for name in package.__all__]
    return [
        value.__name__
        for value in exported
        if inspect.isclass(value) and issubclass(value, base) and value not in BASES
    ]


def functionals():
    named = vars(torch.nn.functional).items()
    return [
        name
        for name, value in named
        if callable(value)
        and not inspect.isclass(value)
        and not name.startswith("_")
        and name not in INTERNAL
        and getattr(value, "__module__", None) in FUNCTIONAL_SOURCES
    ]


print(
    json.dumps(
        {
            "modules": classes(torch.nn.modules, torch.nn.Module),
            "functionals": functionals(),
            "optimizers": classes(torch.optim, torch.optim.Optimizer),
            "schedulers": classes(
                torch.optim.lr_scheduler,
                (torch.optim.lr_scheduler.LRScheduler, torch.optim.lr_scheduler.ReduceLROnPlateau),
            ),
        }
    )
)
