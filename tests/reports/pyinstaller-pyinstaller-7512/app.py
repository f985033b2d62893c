"""Starts a module of an installed package in a child."""

import asyncio
import sys


async def main():
    pipe = asyncio.subprocess.PIPE
    words = [sys.executable, "-m", "uvicorn", "--version"]
    process = await asyncio.create_subprocess_exec(*words, stdout=pipe, stderr=pipe)
    out, _ = await process.communicate()
    print(process.returncode, out.decode().split()[:2])


asyncio.run(main())
