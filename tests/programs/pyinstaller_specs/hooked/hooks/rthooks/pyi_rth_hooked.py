import os
os.environ["HOOK_RAN"] = "yes"
