# /// script
# requires-python = ">=3.10"
# dependencies = ["transformers", "numpy"]
# [tool.freeze-compat]
# rules = ["transformers.toml"]
# ///
"""Makes configurations and a tokenizer without a model."""

import tempfile
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import AutoConfig, BertConfig, BertTokenizerFast, GPT2Config, PreTrainedTokenizerFast

with tempfile.TemporaryDirectory() as folder:
    BertConfig(hidden_size=48, num_attention_heads=4).save_pretrained(folder)
    assert AutoConfig.from_pretrained(folder).hidden_size == 48
    words = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]", "hello", "world", "##s"]
    (Path(folder) / "vocab.txt").write_text("\n".join(words))
    tokenizer = BertTokenizerFast.from_pretrained(folder)
    ids = tokenizer("Hello worlds")["input_ids"]
    assert tokenizer.convert_ids_to_tokens(ids) == ["[CLS]", "hello", "world", "##s", "[SEP]"], ids
    bare = Tokenizer(WordLevel({"a": 0, "b": 1, "[UNK]": 2}, unk_token="[UNK]"))
    bare.pre_tokenizer = Whitespace()
    wrapped = PreTrainedTokenizerFast(tokenizer_object=bare, unk_token="[UNK]", pad_token="[UNK]")
    assert wrapped(["a b", "b"], padding=True, return_tensors="np")["input_ids"].tolist() == [[0, 1], [1, 2]]
assert GPT2Config().n_layer == 12 and AutoConfig.for_model("t5").d_model == 512
print("ok")
