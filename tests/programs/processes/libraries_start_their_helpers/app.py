# requires: joblib
# requires: ipykernel
# requires: jupyter_client
# requires: ipyparallel
import joblib, logging, os, sys
import ipyparallel
from jupyter_client.manager import start_new_kernel

def add(n): return n + 1

def kernel():
    manager, client = start_new_kernel(kernel_name='python3', startup_timeout=100)
    def show(message):
        if message['msg_type'] == 'stream': print(message['content']['text'], end='')
    client.execute_interactive('import sys, os; print(6 * 7, os.path.basename(sys.argv[0]))', output_hook=show, timeout=100)
    client.stop_channels()
    manager.shutdown_kernel(now=True)

if __name__ == '__main__':
    print(joblib.Parallel(n_jobs=2)(joblib.delayed(add)(i) for i in range(3)), flush=True)
    kernel()
    with ipyparallel.Cluster(n=1, log_level=logging.ERROR) as cluster:
        print(cluster[:].apply_sync(lambda: 6 * 7), flush=True)
