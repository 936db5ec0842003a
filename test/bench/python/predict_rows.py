"""Predictions of rows that are dicts, with pandas between them and the model."""

import numpy as np
import pandas as pd
import torch
from rossmann import TabularModel
from safetensors.torch import load_file


class Case:
    def __init__(self, rows, categories, fills, moments, weights, layers, ps, emb_drop, high):
        self.rows, self.categories, self.fills, self.moments = rows, categories, fills, moments
        state = load_file(weights)
        sizes = [tuple(state[f"embeds.{i}.weight"].shape) for i in range(len(categories))]
        self.model = TabularModel(sizes, len(moments), layers, ps, emb_drop, high)
        self.model.load_state_dict(state)
        self.model.eval()

    @torch.inference_mode()
    def predict(self):
        df = pd.DataFrame(self.rows)
        for name, fill in self.fills.items():
            df[f"{name}_na"] = df[name].isna()
            df[name] = df[name].fillna(fill)
        codes = [
            pd.Categorical(df[name], categories=known, ordered=True).codes.astype(np.int64) + 1
            for name, known in self.categories.items()
        ]
        numbers = [
            (df[name].astype(np.float64) - mean) / (1e-7 + std)
            for name, (mean, std) in self.moments.items()
        ]
        cats = torch.from_numpy(np.stack(codes, 1))
        conts = torch.from_numpy(np.stack(numbers, 1).astype(np.float32))
        return self.model(cats, conts).view(-1).tolist()

    def run(self, count):
        for _ in range(count):
            self.predict()

    def finish(self):
        return self.predict()
