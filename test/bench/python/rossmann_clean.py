"""The lesson's cleaning and processors in pandas, on tables that have been read before."""

import resource
import sys
from pathlib import Path

import torch

sys.path.append(str(Path(__file__).parents[3] / "lessons" / "rossmann" / "test" / "python"))

from clean import clean, process, read_tables  # noqa: E402


class Case:
    def __init__(self, data, cats, conts):
        self.tables = read_tables(data)
        self.cats, self.conts = cats, conts

    def run(self, count):
        for _ in range(count):
            train, test = clean(self.tables)
            parts = process(train, test, self.cats, self.conts)
            self.tensors = [[torch.from_numpy(array) for array in part] for part in parts]

    def finish(self):
        """The largest memory that the process had, in MiB, and what it has made."""
        (cats, conts), _ = self.tensors
        return {
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "rows": len(cats),
            "sum": cats.sum().item(),
            "std": conts.std().item(),
        }
