# /// script
# requires-python = ">=3.10"
# dependencies = ["zstandard", "lz4", "brotli", "python-snappy", "blosc2", "zopfli"]
# ///
"""Compresses and expands with many libraries."""

import io
import zlib

import blosc2
import brotli
import lz4.block
import lz4.frame
import numpy as np
import snappy
import zopfli.zlib
import zstandard

data = b"some text " * 1000
assert zstandard.decompress(zstandard.compress(data)) == data
dictionary = zstandard.train_dictionary(1024, [b"sample %d text" % i * 10 for i in range(200)])
assert (
    zstandard.ZstdDecompressor(dictionary).decompress(zstandard.ZstdCompressor(dict_data=dictionary).compress(data))
    == data
)
out = io.BytesIO()
with zstandard.ZstdCompressor().stream_writer(out, closefd=False) as writer:
    writer.write(data)
assert zstandard.ZstdDecompressor().stream_reader(io.BytesIO(out.getvalue())).read() == data
assert lz4.frame.decompress(lz4.frame.compress(data)) == data and lz4.block.decompress(lz4.block.compress(data)) == data
assert brotli.decompress(brotli.compress(data)) == data and snappy.decompress(snappy.compress(data)) == data
assert zlib.decompress(zopfli.zlib.compress(data)) == data
array = np.arange(1000)
assert (blosc2.unpack_array2(blosc2.pack_array2(array)) == array).all()
assert (blosc2.asarray(array)[10:20] == array[10:20]).all()
print("ok")
