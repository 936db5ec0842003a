import torch


class Case:
    def __init__(self, size):
        self.a = torch.randn(size, size)
        self.b = torch.randn(size, size)

    def run(self, count):
        a, b = self.a, self.b
        for _ in range(count):
            torch.matmul(a, b)
