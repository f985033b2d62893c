//! Shapes of ordinary projects and libraries that name code and files in ways of their own: frozen, they do what they do unfrozen.

harness::programs! {
    "ordinary_projects":
    settings_and_models_that_only_texts_name;
    files_that_count_from_the_name_of_the_own_file;
    folders_of_scripts_come_with_what_these_import;
    what_files_of_toolkits_name;
    plugins_that_are_loaded_as_packages_of_their_own;
    commands_that_a_function_is_given_word_by_word;
    libraries_that_import_later_than_they_say;
    data_of_libraries_with_names_of_code;
    modules_that_only_run_time_names;
    scripts_and_plugins_that_are_read_as_files;
}
