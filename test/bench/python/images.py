"""Batches of photographs, augmented as in the lesson: PIL, then PyTorch's operators on each image."""

import math
import random

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch.utils.data import DataLoader, Dataset

SQUARE = [(-1, -1), (-1, 1), (1, -1), (1, 1)]


def perspective(moved):
    rows, places = [], []
    for (x, y), (u, v) in zip(moved, SQUARE):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        places += [u, v]
    solved = torch.linalg.solve(torch.tensor(rows), torch.tensor(places).float())
    return torch.cat([solved, torch.ones(1)]).view(3, 3)


class Photographs(Dataset):
    def __init__(self, paths, size):
        self.paths, self.size = paths, size

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        pixels = np.array(Image.open(self.paths[index]).convert("RGB"))
        x = torch.from_numpy(pixels).permute(2, 0, 1).contiguous().float().div_(255)
        return self.augmented(x)

    def augmented(self, x):
        size, draw = self.size, random.uniform
        ratio = min(x.shape[1] / size, x.shape[2] / size)
        rows, columns = round(x.shape[1] / ratio), round(x.shape[2] / ratio)
        grid = F.affine_grid(torch.eye(2, 3)[None], [1, 1, rows, columns], align_corners=True)
        m = [draw(-0.4, 0.4) for _ in range(4)]
        warp = perspective(
            [(-1 - m[3], -1 - m[1]), (-1 - m[2], 1 + m[1]), (1 + m[3], -1 - m[0]), (1 + m[2], 1 + m[0])]
        )
        flat = grid.view(-1, 2)
        flat = torch.cat([flat, torch.ones(len(flat), 1)], 1) @ warp.t()
        flat = flat[:, :2] / flat[:, 2:]
        angle, zoom = math.radians(draw(-20, 20)), 1 / draw(1, 1.3)
        cos, sin = zoom * math.cos(angle), zoom * math.sin(angle)
        linear = torch.tensor([[cos, -sin * rows / columns], [sin * columns / rows, cos]])
        centre = torch.tensor([(1 - zoom) * draw(-1, 1), (1 - zoom) * draw(-1, 1)])
        grid = torch.addmm(centre, flat, linear.t()).view(1, rows, columns, 2)
        shrinking = min(x.shape[1] / rows, x.shape[2] / columns) / 2
        if shrinking > 1 and shrinking > 2 / (grid.max() - grid.min()).item():
            x = F.interpolate(x[None], scale_factor=1 / shrinking, mode="area")[0]
        x = F.grid_sample(x[None], grid, padding_mode="reflection", align_corners=True)[0]
        x = x.clamp(1e-7, 1 - 1e-7)
        x = -(1 / x - 1).log()
        change, contrast = draw(0.3, 0.7), math.exp(draw(math.log(0.6), math.log(1 / 0.6)))
        x = x.add_(math.log(change / (1 - change))).mul_(contrast).sigmoid_()
        if random.random() < 0.5:
            x = x.flip(2)
        row = int((rows - size + 1) * random.random())
        column = int((columns - size + 1) * random.random())
        return x[:, row : row + size, column : column + size].contiguous()


class Case:
    def __init__(self, paths, size, workers, batch_size):
        dataset = Photographs(paths, size)
        self.loader = DataLoader(
            dataset,
            batch_size=batch_size,
            num_workers=workers,
            persistent_workers=workers > 0,
        )

    def run(self, count):
        for _ in range(count):
            for batch in self.loader:
                self.shape = list(batch.shape)

    def finish(self):
        return self.shape
