# /// script
# requires-python = ">=3.10"
# dependencies = ["wgpu", "glfw", "rendercanvas", "numpy"]
# [tool.freeze-compat]
# ci = false
# screen = true
# strict = true
# ///
"""Computes on a graphics device, whose interface is read from a header among the data of the package."""

import numpy as np
from rendercanvas.auto import RenderCanvas
from wgpu.utils.compute import compute_with_buffers

SHADER = """
@group(0) @binding(0) var<storage, read> source: array<i32>;
@group(0) @binding(1) var<storage, read_write> result: array<i32>;
@compute @workgroup_size(1)
fn main(@builtin(global_invocation_id) at: vec3<u32>) { result[at.x] = source[at.x] * 2; }
"""
found = compute_with_buffers({0: np.arange(4, dtype="i4")}, {1: (4, "i")}, SHADER, n=4)
print(found[1].tolist())
canvas = RenderCanvas(size=(100, 80))
print(type(canvas).__module__)

print("ok")
