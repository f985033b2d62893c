import subprocess, sys
def again():
    done = subprocess.run([sys.executable, __file__], stdout=subprocess.PIPE, timeout=60)
    return done.stdout.decode().strip()
if __name__ == '__main__':
    import worker_only
    print('worker', worker_only.VALUE)
