"""Answers the requests of `oracle.ts` until its input ends.

`evaluate` runs an expression, or statements that set `result`, with the sent inputs as variables;
`call` runs a function of a module in this folder. What they print goes to stderr.
"""

import ast
import importlib
import os
import sys
import traceback

import torch

import differentiate
import wire


def run_snippet(code, variables):
    scope = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, **variables}
    try:
        tree = ast.parse(code.strip(), mode="eval")
    except SyntaxError:
        exec(compile(code, "<oracle>", "exec"), scope)
        return scope["result"]
    return eval(compile(tree, "<oracle>", "eval"), scope)


def evaluate(request, decoder, encoder):
    inputs = {name: decoder.value(value) for name, value in request["inputs"].items()}
    torch.manual_seed(request["seed"])
    result = run_snippet(request["code"], inputs)
    answer = {"result": encoder.value(result)}
    if request["gradients"]:
        outputs = differentiate.flatten(result)
        leaves = [tensor for tensor in differentiate.flatten(inputs) if tensor.requires_grad]
        directions = differentiate.cotangents(outputs)
        answer["cotangents"] = encoder.value(directions)
        answer["gradients"] = encoder.value(differentiate.gradients(outputs, directions, leaves))
    return answer


def call(request, decoder, encoder):
    function = getattr(importlib.import_module(request["module"]), request["function"])
    return {"result": encoder.value(function(**decoder.value(request["arguments"])))}


def main():
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while (frame := wire.read_frame(requests)) is not None:
        header, payload = frame
        encoder = wire.Encoder()
        try:
            handler = {"evaluate": evaluate, "call": call}[header["operation"]]
            answer = handler(header, wire.Decoder(header, payload), encoder)
        except Exception as error:
            encoder = wire.Encoder()
            answer = {"error": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}
        wire.write_frame(answers, answer, encoder)


main()
