import annotationlib, concurrent.futures, concurrent.interpreters, multiprocessing, sys
import texts, work

def here(n): return n + 1

def annotated(a: Missing, b: int) -> None: pass

if __name__ == '__main__':
    with concurrent.futures.InterpreterPoolExecutor(2) as pool:
        print(list(pool.map(work.double, range(4))), list(pool.map(here, range(4))))
    interpreter = concurrent.interpreters.create()
    queue = concurrent.interpreters.create_queue()
    interpreter.prepare_main(queue=queue)
    interpreter.exec('import json, work; queue.put(json.dumps(work.double(3)))')
    print(queue.get(), interpreter.call(work.double, 4))
    interpreter.close()
    print(multiprocessing.get_start_method())
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        print(list(pool.map(work.double, range(4))), list(pool.map(here, range(4))))
    found = annotationlib.get_annotations(annotated, format=annotationlib.Format.FORWARDREF)
    print(found['a'].__forward_arg__, found['b'])
    print(texts.shown('world'))
    try:
        import compression.zstd as zstd
    except ImportError:
        print('b')
    else:
        print(zstd.decompress(zstd.compress(b'b' * 1000))[:1].decode())
