# /// script
# requires-python = ">=3.10"
# dependencies = ["torch", "numpy"]
# [tool.freeze-compat]
# rules = ["torch.toml"]
# ci = false
# ///
"""Compiles a model whose base class is torch's own. With CUDA, torch takes 5 GB: too much for every run of the tests."""

import torch


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.factor = 2.0

    def forward(self, x):
        return x * self.factor


print(torch.jit.script(Model())(torch.ones(2)).tolist())
