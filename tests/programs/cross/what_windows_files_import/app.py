import os, sys, pefile
for d, _, fs in os.walk(sys.argv[1]):
  for f in fs:
    path = os.path.join(d, f)
    if open(path, 'rb').read(2) != b'MZ': continue
    pe = pefile.PE(path, fast_load=True); pe.parse_data_directories([1, 13])
    for e in getattr(pe, 'DIRECTORY_ENTRY_IMPORT', []) + getattr(pe, 'DIRECTORY_ENTRY_DELAY_IMPORT', []):
      print(f, e.dll.decode())
