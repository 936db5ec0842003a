"""Runs one variant of a benchmark: a JSON request a line in, a JSON answer a line out."""

import importlib
import json
import sys
import time

import torch


def main():
    case = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["operation"] == "prepare":
                torch.set_num_threads(request["threads"])
                case = importlib.import_module(request["module"]).Case(**request["arguments"])
                answer = {"result": torch.__version__}
            elif request["operation"] == "run":
                started = time.perf_counter()
                case.run(request["count"])
                answer = {"result": time.perf_counter() - started}
            else:
                answer = {"result": case.finish()}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
