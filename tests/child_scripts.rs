//! Scripts and modules that a program starts as main come along, with what they import only then.

use harness::{Mode, Program};

harness::programs! {
    "child_scripts":
    own_scripts_come_with_what_they_import;
    scripts_and_modules_of_packages_come_with_what_they_import;
}

#[test]
fn imports_under_main_stay_out_if_nothing_runs_the_module() {
    // Its name is one that no analysis reads.
    let program = Program::of("child_scripts/imports_under_main_stay_out_if_nothing_runs_the_module");
    assert_eq!(program.unfrozen(), "1\n2\nend\n");
    for mode in Mode::ALL {
        program.freeze(mode).command().run().prints("1\nleft out\nend\n");
    }
}
