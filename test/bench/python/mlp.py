import torch
from torch import nn
from torch.nn import functional as F


class Case:
    def __init__(self, batch, inputs, hidden, classes, fused):
        self.model = nn.Sequential(
            nn.Linear(inputs, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, classes),
        )
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-3, fused=fused or None)
        self.x = torch.randn(batch, inputs)
        self.y = torch.randint(classes, (batch,))

    def run(self, count):
        model, optimizer, x, y = self.model, self.optimizer, self.x, self.y
        for _ in range(count):
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
