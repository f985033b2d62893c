# /// script
# requires-python = ">=3.10"
# dependencies = ["onnxruntime", "onnx", "numpy"]
# ///
"""Builds a model and computes with it."""

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, checker, helper

x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 2])
y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 2])
w = helper.make_tensor("w", TensorProto.FLOAT, [2, 2], [1, 2, 3, 4])
nodes = [helper.make_node("MatMul", ["x", "w"], ["m"]), helper.make_node("Relu", ["m"], ["y"])]
graph = helper.make_graph(nodes, "g", [x], [y], [w])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
checker.check_model(model)
assert onnx.shape_inference.infer_shapes(model).graph.value_info[0].name == "m"
session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
(out,) = session.run(None, {"x": np.array([[1, 1], [-1, 0]], dtype=np.float32)})
assert out.tolist() == [[4, 6], [0, 0]]
print("ok")
