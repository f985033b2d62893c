# /// script
# requires-python = ">=3.10"
# dependencies = ["torch", "numpy"]
# [tool.freeze-compat]
# large = true
# ///
"""Computes gradients, trains, compiles to TorchScript and saves."""

import tempfile
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.tensor([2.0], requires_grad=True)
(x**3).backward()
assert x.grad.item() == 12
model = nn.Sequential(nn.Linear(1, 8), nn.ReLU(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
inputs = torch.linspace(-1, 1, 64).unsqueeze(1)
for _ in range(60):
    for batch, wanted in DataLoader(TensorDataset(inputs, inputs * 2), batch_size=32):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(batch), wanted)
        loss.backward()
        optimizer.step()
assert loss.item() < 0.05
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "m.pt"
    torch.save(model.state_dict(), path)
    model.load_state_dict(torch.load(path, weights_only=True))
    traced = torch.jit.trace(model, inputs)
    traced.save(str(Path(folder) / "t.pt"))
    assert torch.allclose(torch.jit.load(str(Path(folder) / "t.pt"))(inputs), model(inputs))


@torch.jit.script
def double(value: torch.Tensor) -> torch.Tensor:
    if value.sum() > 0:
        return value * 2
    return value


assert double(torch.ones(2)).tolist() == [2, 2]
assert torch.linalg.inv(torch.eye(3) * 2)[0, 0] == 0.5 and torch.fft.fft(torch.ones(4))[0].real == 4
assert torch.from_numpy(inputs.numpy()).shape == (64, 1)
assert torch.export.export(model, (inputs,)).module()(inputs).shape == (64, 1)
print("ok")
