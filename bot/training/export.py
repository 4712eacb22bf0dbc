"""From a sentence-transformers model to the shipped encoder: ONNX, weights in 4 bits, words in 8."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from torch import nn

from bot.artefact import ENCODER, TOKENIZER
from bot.training.tune import transformer_of

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BITS = 4
BLOCK = 32
"""Weights that share a scale."""
INTEGER_PRODUCTS = 4
"""ONNX Runtime's accuracy level that multiplies 8-bit integers; each row has its scale, so batches change nothing."""
LARGE_TABLE = 30_000
"""Rows from which an embedding is the table of words."""


class _Pooled(nn.Module):
    """Token ids and mask to a unit vector: the transformer, the mean over tokens, length 1."""

    def __init__(self, transformer: nn.Module):
        super().__init__()
        self.transformer = transformer

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        hidden = self.transformer(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        return nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9), dim=-1)


def export(model: "SentenceTransformer", folder: Path) -> None:
    """Write the encoder and its tokenizer; the model's pooling must be the mean, and its vectors of length 1."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = folder / "whole.onnx"
    example = torch.ones((2, 12), dtype=torch.long)
    axes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("tokens")}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    torch.onnx.export(
        _Pooled(transformer_of(model).float().eval()),
        (example, example.clone()),
        str(whole),
        input_names=["input_ids", "attention_mask"],
        output_names=["vector"],
        dynamic_shapes={"input_ids": axes, "attention_mask": axes},
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    quantise(whole, folder / ENCODER)
    whole.unlink()
    model.tokenizer.backend_tokenizer.save(str(folder / TOKENIZER))


def quantise(source: Path, target: Path) -> None:
    """Matrix weights in 4 bits by blocks, the table of words in 8 bits with a scale for each word."""
    logging.getLogger("onnxruntime").setLevel(logging.ERROR)
    quantizer = MatMulNBitsQuantizer(
        onnx.load(source), bits=BITS, block_size=BLOCK, is_symmetric=True, accuracy_level=INTEGER_PRODUCTS
    )
    quantizer.process()
    model = quantizer.model.model
    for table in [table for table in model.graph.initializer if len(table.dims) == 2 and table.dims[0] > LARGE_TABLE]:
        _quantise_table(model.graph, table)
    onnx.save(model, target)


def _quantise_table(graph: Any, table: Any) -> None:
    values = numpy_helper.to_array(table)
    scale = np.maximum(np.abs(values).max(axis=1, keepdims=True) / 127, 1e-12).astype(np.float32)
    name = table.name
    graph.initializer.remove(table)
    graph.initializer.extend(
        [
            numpy_helper.from_array(np.round(values / scale).astype(np.int8), f"{name}_values"),
            numpy_helper.from_array(scale, f"{name}_scale"),
        ]
    )
    for node in [node for node in graph.node if name in node.input]:
        at, (_, ids), (out,) = list(graph.node).index(node), node.input, node.output
        graph.node.remove(node)
        steps = [
            helper.make_node("Gather", [f"{name}_values", ids], [f"{out}_values"]),
            helper.make_node("Cast", [f"{out}_values"], [f"{out}_floats"], to=TensorProto.FLOAT),
            helper.make_node("Gather", [f"{name}_scale", ids], [f"{out}_scale"]),
            helper.make_node("Mul", [f"{out}_floats", f"{out}_scale"], [out]),
        ]
        for offset, step in enumerate(steps):
            graph.node.insert(at + offset, step)
