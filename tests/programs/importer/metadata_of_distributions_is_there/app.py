import importlib.metadata as md, sys
import click, rich
print(md.version('rich') == md.metadata('rich')['Version'], md.distribution('rich').metadata['Name'])
print('markdown-it-py' in ' '.join(md.requires('rich')), md.files('rich') is not None)
names = {d.metadata['Name'].lower() for d in md.distributions()}
print('rich' in names, 'pygments' in names)
try:
    md.version('not-there')
except md.PackageNotFoundError as e:
    print('not found', e.name if hasattr(e, 'name') else e)
