//! Tcl/Tk: it is found in the bundle, and children of the program do not see how.

use harness::{Display, Mode, Project, interpreters};

const SOURCE: &str = "
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
child = subprocess.check_output(['/usr/bin/env', '-0']).decode().split('\\0')
assert dict(e.split('=', 1) for e in child if e) == before == dict(os.environ), child
os.environ['TCL_LIBRARY'] = '/nowhere'
try:
    tkinter.Tcl()
except tkinter.TclError as error:
    assert '/nowhere' in str(error), error
assert os.environ.pop('TCL_LIBRARY') == '/nowhere'
tkinter.Tcl()
print('ok')
";

#[test]
fn tkinter_finds_its_scripts_and_tells_no_child() {
    let display = Display::start();
    for interpreter in interpreters().iter().filter(|i| !i.lacks.iter().any(|l| l == "tkinter")) {
        for mode in Mode::ALL {
            let app = Project::script(SOURCE).freeze_for(mode, interpreter);
            let mut run = app.command().with_sandbox(|sandbox| {
                sandbox.hidden.extend(["/usr/share/tcltk".into(), "/usr/lib/tcltk".into()]);
            });
            if let Some(display) = &display {
                run = run.env("DISPLAY", &display.name);
            }
            run.run().prints("ok\n");
        }
    }
}
