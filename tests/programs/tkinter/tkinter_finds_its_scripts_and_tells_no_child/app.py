import os, subprocess, sys, tkinter
before = dict(os.environ)
tcl = tkinter.Tcl()
assert tcl.eval('info library').startswith(sys._MEIPASS), tcl.eval('info library')
assert tcl.eval('package require msgcat')
if 'DISPLAY' in os.environ:
    tcl.loadtk()
    root = tkinter.Tk()
    assert root.tk.eval('set tk_library').startswith(sys._MEIPASS), root.tk.eval('set tk_library')
    from tkinter import ttk
    label = ttk.Label(root, text='label')
    label.pack()
    root.update()
    assert label.winfo_width() > 1
    root.destroy()
child = subprocess.check_output(['/usr/bin/env', '-0']).decode().split('\0')
assert dict(e.split('=', 1) for e in child if e) == before == dict(os.environ), child
os.environ['TCL_LIBRARY'] = '/nowhere'
try:
    tkinter.Tcl()
except tkinter.TclError as error:
    assert '/nowhere' in str(error), error
assert os.environ.pop('TCL_LIBRARY') == '/nowhere'
tkinter.Tcl()
print('ok')
