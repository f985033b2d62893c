# /// script
# requires-python = ">=3.10"
# dependencies = ["tqdm"]
# ///
"""Shows progress in several places."""

import asyncio
import io

from tqdm import tqdm, trange
from tqdm.asyncio import tqdm as async_tqdm
from tqdm.auto import tqdm as auto
from tqdm.contrib.concurrent import thread_map

out = io.StringIO()
assert sum(tqdm(range(100), file=out, ascii=True, mininterval=0)) == 4950
assert "100/100" in out.getvalue() and "it/s" in out.getvalue()
assert thread_map(lambda n: n * 2, range(5), file=io.StringIO(), max_workers=2) == [0, 2, 4, 6, 8]


async def main():
    return await async_tqdm.gather(*[asyncio.sleep(0, i) for i in range(3)], file=io.StringIO())


assert asyncio.run(main()) == [0, 1, 2] and len(list(trange(3, file=io.StringIO()))) == 3
assert list(auto([1], file=io.StringIO())) == [1]
print("ok")
