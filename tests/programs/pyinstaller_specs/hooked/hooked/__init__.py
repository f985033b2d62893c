import sys
import types

try:
    import wave
except ImportError:
    wave = None
import searched

sys.modules["hooked.alias"] = types.ModuleType("hooked.alias")
