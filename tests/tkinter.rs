//! Tcl/Tk: it is found in the bundle, and children of the program do not see how.

use harness::{Display, Mode, Project, interpreters};

#[test]
fn tkinter_finds_its_scripts_and_tells_no_child() {
    let display = Display::start();
    for interpreter in interpreters().iter().filter(|i| !i.lacks.iter().any(|l| l == "tkinter")) {
        for mode in Mode::ALL {
            let app = Project::of("tkinter/tkinter_finds_its_scripts_and_tells_no_child")
                .freeze_for(mode, interpreter);
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
