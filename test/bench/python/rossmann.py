"""The lesson's training loop in plain PyTorch, on the tensors that the TypeScript side saved."""

import math

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F


class TabularModel(nn.Module):
    def __init__(self, embedding_sizes, continuous, layers, ps, emb_drop, high):
        super().__init__()
        self.embeds = nn.ModuleList(nn.Embedding(classes, size) for classes, size in embedding_sizes)
        self.emb_drop = nn.Dropout(emb_drop)
        self.bn_cont = nn.BatchNorm1d(continuous)
        self.high = high
        width = sum(size for _, size in embedding_sizes) + continuous
        modules = []
        for size, p in zip(layers, ps):
            modules += [nn.Linear(width, size), nn.ReLU(inplace=True), nn.BatchNorm1d(size)]
            modules += [nn.Dropout(p)]
            width = size
        self.layers = nn.Sequential(*modules, nn.Linear(width, 1))

    def forward(self, cats, conts):
        embedded = [embed(column) for embed, column in zip(self.embeds, cats.unbind(1))]
        x = self.emb_drop(torch.cat(embedded, 1))
        x = torch.cat([x, self.bn_cont(conts)], 1)
        return torch.sigmoid(self.layers(x)) * self.high


def cosine(start, end, share):
    return end + (start - end) / 2 * (math.cos(math.pi * share) + 1)


def one_cycle(step, steps, max_lr):
    rising = int(steps * 0.3)
    if step < rising:
        share = step / rising
        return cosine(max_lr / 25, max_lr, share), cosine(0.95, 0.85, share)
    share = (step - rising) / (steps - rising)
    return cosine(max_lr, max_lr / 25e4, share), cosine(0.85, 0.95, share)


class Case:
    def __init__(self, data, weights, layers, ps, emb_drop, high, cycle, batch, lr, wd, seed):
        tensors = load_file(data)
        self.train = [tensors[f"train.{name}"] for name in ("cats", "conts", "target")]
        self.valid = [tensors[f"valid.{name}"] for name in ("cats", "conts", "target")]
        state = load_file(weights)
        embeds = [state[key].shape for key in state if key.startswith("embeds.")]
        count = len(embeds)
        sizes = [tuple(state[f"embeds.{place}.weight"].shape) for place in range(count)]
        continuous = self.train[1].shape[1]
        self.model = TabularModel(sizes, continuous, layers, ps, emb_drop, high)
        self.model.load_state_dict(state)
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=lr, betas=(0.95, 0.99), eps=1e-8, weight_decay=wd, fused=True
        )
        self.batch, self.cycle, self.lr = batch, cycle, lr
        self.average = 0.0
        torch.manual_seed(seed)

    def run(self, count):
        model, optimizer, batch = self.model, self.optimizer, self.batch
        cats, conts, target = self.train
        (group,) = optimizer.param_groups
        order = torch.randperm(len(target))
        model.train()
        for step in range(count):
            if self.cycle is not None:
                group["lr"], momentum = one_cycle(step, self.cycle, self.lr)
                group["betas"] = (momentum, 0.99)
            rows = order[step * batch : (step + 1) * batch]
            predictions = model(cats.index_select(0, rows), conts.index_select(0, rows))
            loss = F.mse_loss(predictions.view(-1), target.index_select(0, rows))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            self.average = 0.98 * self.average + 0.02 * loss.item()
        if self.cycle is not None:
            self.outcome = self.validate()

    def finish(self):
        return self.outcome

    @torch.no_grad()
    def validate(self):
        """Validation as fast.ai v1 averages it over batches."""
        self.model.eval()
        rows = len(self.valid[2])
        total = rmspe = 0.0
        for cats, conts, target in zip(*(tensor.split(self.batch) for tensor in self.valid)):
            predictions = self.model(cats, conts).view(-1)
            share = len(target) / rows
            error = (1 - torch.exp(predictions - target)).square().mean().item()
            total += F.mse_loss(predictions, target).item() * share
            rmspe += math.sqrt(error) * share
        return {"loss": total, "expRmspe": rmspe}
