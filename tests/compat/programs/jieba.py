# /// script
# requires-python = ">=3.10"
# dependencies = ["jieba"]
# ///
"""Cuts and tags Chinese text by the bundled dictionaries."""

import tempfile

import jieba
import jieba.analyse
import jieba.posseg

jieba.setLogLevel(60)
with tempfile.TemporaryDirectory() as folder:
    jieba.dt.tmp_dir = folder
    assert jieba.lcut("我来到北京清华大学") == ["我", "来到", "北京", "清华大学"]
    assert jieba.lcut("他来到了网易杭研大厦") == ["他", "来到", "了", "网易", "杭研", "大厦"]
    assert [(p.word, p.flag) for p in jieba.posseg.cut("我爱北京")] == [("我", "r"), ("爱", "v"), ("北京", "ns")]
    assert "清华大学" in jieba.analyse.extract_tags("清华大学在北京, 清华大学很大", topK=2)
    assert jieba.analyse.textrank("程序员写程序, 程序员测试程序", topK=1)
print("ok")
