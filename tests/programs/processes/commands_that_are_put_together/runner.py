import subprocess, sys
def py(module, *words):
    done = subprocess.run([sys.executable, '-m', module, *words], capture_output=True, text=True)
    print(done.returncode, done.stdout[:40], flush=True)
