import sys, pefile
pe = pefile.PE(sys.argv[1])
f = pe.VS_FIXEDFILEINFO[0]
print(hex(f.FileVersionMS), hex(f.FileVersionLS), hex(f.ProductVersionMS))
t = [s for f in pe.FileInfo[0] if hasattr(f, 'StringTable') for s in f.StringTable][0].entries
print(t[b'LegalCopyright'].decode())
for e in pe.DIRECTORY_ENTRY_RESOURCE.entries:
  if e.id == 3:
    d = e.directory.entries[0].directory.entries[0].data.struct
    print(len(e.directory.entries), pe.get_data(d.OffsetToData, d.Size)[1:4].decode())
  if e.id == 10:
    n = e.directory.entries[0]; d = n.directory.entries[0].data.struct
    print(n.name, pe.get_data(d.OffsetToData, d.Size).rstrip(b'\0').decode())
