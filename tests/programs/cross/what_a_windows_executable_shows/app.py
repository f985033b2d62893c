import sys, pefile
pe = pefile.PE(sys.argv[1])
print(pe.OPTIONAL_HEADER.Subsystem, hex(pe.VS_FIXEDFILEINFO[0].FileVersionMS))
t = [s for f in pe.FileInfo[0] if hasattr(f, 'StringTable') for s in f.StringTable][0].entries
print(t[b'CompanyName'].decode(), t[b'ProductName'].decode(), t[b'OriginalFilename'].decode())
for e in pe.DIRECTORY_ENTRY_RESOURCE.entries:
  d = e.directory.entries[-1].directory.entries[0].data.struct
  b = pe.get_data(d.OffsetToData, d.Size)
  if e.id == 24: print(b'highestAvailable' in b)
  if e.id == 3: print(b[:4].decode())
