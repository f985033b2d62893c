//! Programs after public reports of the kind "works unfrozen, fails frozen", one folder each in tests/reports; docs/reference/reports.md
//! says what each of them does and how it fares ([`Program::check_in`] runs them).

use std::collections::BTreeSet;
use std::path::PathBuf;

use harness::{Mode, Program, folders_in, full, root};

macro_rules! reports {
    ($($name:ident: $folder:literal;)*) => {
        $(#[test] fn $name() { Program::in_folder(&folder().join($folder)).check_in(modes()); })*

        const PASSING: &[&str] = &[$($folder),*];
    };
}

reports! {
    agronholm_apscheduler_131: "agronholm-apscheduler-131";
    bastibe_python_soundfile_299: "bastibe-python-soundfile-299";
    borgbackup_borg_9331: "borgbackup-borg-9331";
    ccbogel_qualcoder_1344: "ccbogel-QualCoder-1344";
    davidhalter_jedi_1531: "davidhalter-jedi-1531";
    dynaconf_dynaconf_68: "dynaconf-dynaconf-68";
    ets_labs_python_dependency_injector_438: "ets-labs-python-dependency-injector-438";
    exo_explore_exo_995: "exo-explore-exo-995";
    gitguardian_ggshield_1377: "GitGuardian-ggshield-1377";
    gruns_icecream_22: "gruns-icecream-22";
    hyiger_filament_calibrator_45: "hyiger-filament-calibrator-45";
    ibuilder_massing_502: "ibuilder-massing-502";
    imageio_imageio_684: "imageio-imageio-684";
    indygreg_pyoxidizer_436: "indygreg-PyOxidizer-436";
    jaraco_keyring_591: "jaraco-keyring-591";
    jesterr0_nfoforge_282: "jesterr0-NfoForge-282";
    joblib_joblib_1002: "joblib-joblib-1002";
    joke2k_faker_891: "joke2k-faker-891";
    marcelotduarte_cx_freeze_2285: "marcelotduarte-cx_Freeze-2285";
    marcelotduarte_cx_freeze_264: "marcelotduarte-cx_Freeze-264";
    marcelotduarte_cx_freeze_3067: "marcelotduarte-cx_Freeze-3067";
    marcelotduarte_cx_freeze_539: "marcelotduarte-cx_Freeze-539";
    marcelotduarte_cx_freeze_588: "marcelotduarte-cx_Freeze-588";
    mause_duckdb_engine_508: "Mause-duckdb_engine-508";
    mikedh_trimesh_576: "mikedh-trimesh-576";
    moses_palmer_pynput_312: "moses-palmer-pynput-312";
    nuitka_nuitka_1063: "Nuitka-Nuitka-1063";
    nuitka_nuitka_1551: "Nuitka-Nuitka-1551";
    nuitka_nuitka_183: "Nuitka-Nuitka-183";
    nuitka_nuitka_1966: "Nuitka-Nuitka-1966";
    nuitka_nuitka_3220: "Nuitka-Nuitka-3220";
    nuitka_nuitka_3947: "Nuitka-Nuitka-3947";
    patroni_patroni_1440: "patroni-patroni-1440";
    py2exe_py2exe_144: "py2exe-py2exe-144";
    pydata_xarray_9487: "pydata-xarray-9487";
    pyexcel_pyexcel_xlsx_19: "pyexcel-pyexcel-xlsx-19";
    pyinstaller_pyinstaller_1898: "pyinstaller-pyinstaller-1898";
    pyinstaller_pyinstaller_1905: "pyinstaller-pyinstaller-1905";
    pyinstaller_pyinstaller_2029: "pyinstaller-pyinstaller-2029";
    pyinstaller_pyinstaller_2228: "pyinstaller-pyinstaller-2228";
    pyinstaller_pyinstaller_2438: "pyinstaller-pyinstaller-2438";
    pyinstaller_pyinstaller_2475: "pyinstaller-pyinstaller-2475";
    pyinstaller_pyinstaller_2863: "pyinstaller-pyinstaller-2863";
    pyinstaller_pyinstaller_4078: "pyinstaller-pyinstaller-4078";
    pyinstaller_pyinstaller_5016: "pyinstaller-pyinstaller-5016";
    pyinstaller_pyinstaller_5167: "pyinstaller-pyinstaller-5167";
    pyinstaller_pyinstaller_5735: "pyinstaller-pyinstaller-5735";
    pyinstaller_pyinstaller_5878: "pyinstaller-pyinstaller-5878";
    pyinstaller_pyinstaller_6054: "pyinstaller-pyinstaller-6054";
    pyinstaller_pyinstaller_6099: "pyinstaller-pyinstaller-6099";
    pyinstaller_pyinstaller_7399: "pyinstaller-pyinstaller-7399";
    pyinstaller_pyinstaller_7512: "pyinstaller-pyinstaller-7512";
    pyinstaller_pyinstaller_7655: "pyinstaller-pyinstaller-7655";
    pyinstaller_pyinstaller_7657: "pyinstaller-pyinstaller-7657";
    pyinstaller_pyinstaller_8254: "pyinstaller-pyinstaller-8254";
    pyinstaller_pyinstaller_8299: "pyinstaller-pyinstaller-8299";
    pyinstaller_pyinstaller_8661: "pyinstaller-pyinstaller-8661";
    pyinstaller_pyinstaller_8738: "pyinstaller-pyinstaller-8738";
    pyinstaller_pyinstaller_8750: "pyinstaller-pyinstaller-8750";
    pyinstaller_pyinstaller_8767: "pyinstaller-pyinstaller-8767";
    pyinstaller_pyinstaller_8878: "pyinstaller-pyinstaller-8878";
    pyinstaller_pyinstaller_8994: "pyinstaller-pyinstaller-8994";
    pyinstaller_pyinstaller_8998: "pyinstaller-pyinstaller-8998";
    pyinstaller_pyinstaller_hooks_contrib_285: "pyinstaller-pyinstaller-hooks-contrib-285";
    pyinstaller_pyinstaller_hooks_contrib_344: "pyinstaller-pyinstaller-hooks-contrib-344";
    pyinstaller_pyinstaller_hooks_contrib_424: "pyinstaller-pyinstaller-hooks-contrib-424";
    pyinstaller_pyinstaller_hooks_contrib_783: "pyinstaller-pyinstaller-hooks-contrib-783";
    python_eel_eel_132: "python-eel-Eel-132";
    remyroy_cdda_game_launcher_588: "remyroy-CDDA-Game-Launcher-588";
    robotframework_robotframework_5081: "robotframework-robotframework-5081";
    scientific_python_lazy_loader_38: "scientific-python-lazy-loader-38";
    spesmilo_electrum_2928: "spesmilo-electrum-2928";
    textualize_rich_3946: "Textualize-rich-3946";
    thefeloniousmonk_augustus_2: "TheFeloniousMonk-Augustus-2";
    toddbirchard_plotlydash_flask_tutorial_75: "toddbirchard-plotlydash-flask-tutorial-75";
    viblo_pymunk_151: "viblo-pymunk-151";
    yanyongyu_githubkit_258: "yanyongyu-githubkit-258";
    yusufklncc_hackintosh_for_all_computers_84: "yusufklncc-Hackintosh-for-All-Computers-84";
}

/// Those that do not pass yet; docs/reference/reports.md says why.
const FAILING: &[&str] = &["Delgan-loguru-250", "hyiger-filament-calibrator-44", "Nuitka-Nuitka-3994"];

/// The forms that are tried: with `FREEZE_TEST_FULL=1` both.
fn modes() -> &'static [Mode] {
    if full() { &Mode::ALL } else { &[Mode::Onefile] }
}

fn folder() -> PathBuf {
    root().join("tests/reports")
}

#[test]
fn each_report_is_listed_once() {
    let mut listed = [PASSING, FAILING].concat();
    listed.sort_unstable();
    assert_eq!(folders_in(&folder()), listed);
}

#[test]
fn the_page_says_what_the_tests_say() {
    let page = std::fs::read_to_string(root().join("docs/reference/reports.md")).unwrap();
    let mut passing = BTreeSet::new();
    let mut failing = BTreeSet::new();
    for line in page.lines().filter(|line| line.starts_with("| [")) {
        let name = line["| [".len()..].split(']').next().unwrap().replace(['/', '#'], "-");
        if line.ends_with("| pass |") {
            passing.insert(name);
        } else {
            failing.insert(name);
        }
    }
    assert_eq!(passing, PASSING.iter().map(|&name| name.to_owned()).collect());
    assert_eq!(failing, FAILING.iter().map(|&name| name.to_owned()).collect());
    let total = passing.len() + failing.len();
    assert!(page.contains(&format!("{} of {total} pass", passing.len())), "the sum on the page is another");
}
