import csv, email.message, encodings.idna, json, multiprocessing, os, pkgutil, sys, warnings
import own.part
def double(n):
    return 2 * n
if __name__ == '__main__':
    files = [m.__file__ for m in (own, own.part, os, json, csv, email.message, encodings.idna, multiprocessing)]
    print([os.path.isfile(f) for f in files], os.path.isfile(__file__))
    print(all(f.startswith(sys._MEIPASS) for f in files), own.part.__loader__.get_source('own.part'))
    print([m.name for m in pkgutil.iter_modules(own.__path__)], json.loads('[1]'), 'os.py' in os.listdir(sys._MEIPASS))
    with multiprocessing.get_context('spawn').Pool(1) as pool:
        print(pool.map(double, [4]))
