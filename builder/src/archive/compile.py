# Runs in the target interpreter: compiles requests from standard input until it ends.
# Request: length of the name, length of the source, optimization level (4 bytes each), name, source.
# Response: status, length (4 bytes), then marshalled code (status 0) or the error as Python prints it (1).
import marshal
import sys
import traceback

read, write, flush = sys.stdin.buffer.read, sys.stdout.buffer.write, sys.stdout.buffer.flush


def number(data):
    return int.from_bytes(data, "little")


while True:
    head = read(12)
    if len(head) < 12:
        break
    name = read(number(head[:4])).decode("utf-8", "surrogateescape")
    source = read(number(head[4:8]))
    try:
        code = compile(source, name, "exec", dont_inherit=True, optimize=number(head[8:]))
        status, answer = 0, marshal.dumps(code)
    except Exception as error:
        text = "".join(traceback.format_exception_only(type(error), error))
        status, answer = 1, text.encode("utf-8", "backslashreplace")
    write(bytes([status]) + len(answer).to_bytes(4, "little") + answer)
    flush()
