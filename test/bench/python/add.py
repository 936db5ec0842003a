import torch


class Case:
    def __init__(self, requires_grad):
        self.a = torch.randn(2, 2, requires_grad=requires_grad)
        self.b = torch.randn(2, 2)

    def run(self, count):
        a, b = self.a, self.b
        for _ in range(count):
            torch.add(a, b)
