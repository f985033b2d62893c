import platform
import uuid

from tool.platform import NAME

print(bool(platform.system()), len(str(uuid.uuid4())), NAME)
