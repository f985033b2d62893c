//! Folders of packages: they exist, and what code lists or opens there is what is there unfrozen.

use harness::{Mode, Program, Project};

harness::programs! {
    "package_folders":
    a_folder_that_another_module_hands_out_is_listed;
    a_package_that_a_function_is_given_is_walked;
    plug_ins_of_an_installed_package_are_there_to_be_tested;
    packages_that_texts_name_are_there_to_be_tested;
    a_package_lists_itself;
    own_data_trees_keep_their_code;
    a_folder_that_is_copied_whole_holds_the_modules_too;
    resources_tell_of_modules;
    a_library_runs_the_files_of_a_package_that_only_a_path_names;
    a_library_loads_the_files_of_packages_that_it_names;
}

#[test]
fn each_package_has_a_folder() {
    Program::of("package_folders/each_package_has_a_folder").check();
    // In a temporary folder they are made as well; in memory there are none, and nothing fails.
    let temp = Project::script("import email, os\nprint(os.path.isdir(os.path.dirname(email.__file__)))\n");
    let spec =
        "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"onefile\"\nextract = \"temp\"\n";
    let frozen = temp.file("app.spec", spec).freeze_spec(Mode::Onefile);
    frozen.command().run().prints("True\n");
    let memory = Project::script("import email\nprint(email.__name__)\n");
    let frozen = memory.file("app.spec", spec.replace("temp", "memory")).freeze_spec(Mode::Onefile);
    frozen.command().run().prints("email\n");
}

#[test]
fn data_trees_keep_their_code() {
    for outcome in Program::of("package_folders/data_trees_keep_their_code").check() {
        assert!(!outcome.stderr.contains("thing_that_is_nowhere"), "{outcome}");
    }
}
