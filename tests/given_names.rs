//! Modules and files whose names are put together, handed on or extended at run time, in programs and in packages.

use harness::Program;

harness::programs! {
    "given_names":
    what_is_in_a_list_of_names_comes_with_the_package;
    templates_of_projects_are_whole;
    a_package_that_is_copied_is_whole;
    code_in_a_package_is_a_file_where_a_path_names_it;
    packages_handed_to_a_function_that_lists_them_are_whole;
    a_library_lists_a_package_that_another_module_names;
}

#[test]
fn variables_that_are_set_to_one_another_take_no_time() {
    let names = ["p", "q", "r", "s", "t"];
    let mut code = "import os\ndef f(p, q, r, s, t):\n".to_owned();
    for one in names {
        for other in names.iter().filter(|other| **other != one) {
            code += &format!("    {one} = {other}\n");
        }
    }
    for number in 0..300 {
        code += &format!("    os.listdir(p + '/{number}')\n    open(os.path.join(q, '{number}'))\n");
    }
    let app = format!("{code}import many\nprint(many.__name__)\nprint('end')\n");
    Program::script(&app).installed("many/__init__.py", &code).check();
}
