import importlib.metadata as md
import edited, local
print(md.requires('edited'), md.version('local'), md.files('local') is not None)
print([f.name for name in ('edited', 'local') for f in md.files(name) or () if 'direct_url' in str(f)])
