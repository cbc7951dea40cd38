"""Makes the PyTorch files beside it with PyTorch itself (1.13): python3 make.py"""
import collections
import os

import torch

os.chdir(os.path.dirname(os.path.abspath(__file__)))


def counted(*shape, dtype=torch.float32, start=0):
    count = 1
    for size in shape:
        count *= size
    return (torch.arange(count, dtype=torch.float32) / 4 + start).reshape(shape).to(dtype)


state = collections.OrderedDict(
    float=counted(2, 3), half=counted(4, dtype=torch.float16), brain=counted(4, dtype=torch.bfloat16),
    integer=torch.tensor([1, -2, 1 << 40]), scalar=torch.tensor(2.5), byte=torch.tensor([1, 255], dtype=torch.uint8),
    flag=torch.tensor([True, False]), empty=torch.zeros(0, 3))
torch.save(state, "plain.pt")

base = counted(4, 6)
training = {"module.transposed": base.t(), "module.base": base, "module.window": base[1:3, 2:5], "module.column": base[:, 1],
            "module.parameter": torch.nn.Parameter(counted(2))}
torch.save({"epoch": 3, "loss": 0.5, "optimizer": {"state": {0: {"step": 7}}, "groups": [{"lr": 1e-4, "betas": (0.9, 0.98)}]},
            "model_state_dict": training}, "training.pt")
torch.save(state, "legacy.pt", _use_new_zipfile_serialization=False)
torch.save({"double": torch.zeros(2, dtype=torch.float64)}, "double.pt")
torch.save(torch.nn.Linear(2, 2), "module.pt")


class Evil:
    def __reduce__(self):
        return os.system, ("touch owned",)


torch.save({"weight": counted(2), "evil": Evil()}, "evil.pt")


class Inner(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(counted(2, 2, dtype=torch.float16))

    def forward(self, x):
        return x @ self.weight


class Outer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = Inner(), Inner()
        self.sizes = [1, 2]
        self.register_buffer("size", torch.tensor(7))

    def forward(self, x):
        return self.second(self.first(x)) + self.sizes[0]


torch.jit.script(Outer()).save("script.pt")
