//! The options for the platforms to build for. For several platforms, `freeze` runs once for each.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use builder::error::{Error, Result};
use builder::spec::{self, Overrides};
use builder::target::{Target, Wanted};
use clap::{Args, ValueHint};

use super::USAGE;
use super::values::Listed;

/// The name of all platforms on the command line.
const ALL: &str = "all";

/// A value of `--target`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chosen {
    One(Wanted),
    /// Each system on each processor. On Linux, that is glibc.
    All,
}

/// The platforms of a build, and the packages for them.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Build")]
pub(super) struct TargetArgs {
    /// Build for another platform, such as `windows-x86_64`.
    ///
    /// Others are `linux-aarch64` or `macos-universal2` (both processors). Repeat it for several platforms, or name
    /// `all`: each product is then in `dist/TARGET`.
    #[arg(long, value_name = "TARGET", value_parser = Listed::new(chosen, names_and_all), hide_possible_values = true)]
    target: Vec<Chosen>,
    /// The platform of this process among those of `--target`.
    #[arg(long, value_name = "TARGET", value_parser = one, hide = true)]
    only_target: Option<Wanted>,
    #[command(flatten)]
    packages: PackageArgs,
}

/// The platform of a command that does not build, and the packages for it.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Build")]
pub(super) struct CrossArgs {
    /// As for a build for another platform, such as `windows-x86_64` or `linux-aarch64`.
    #[arg(long, value_name = "TARGET", value_parser = Listed::new(one, Wanted::names), hide_possible_values = true)]
    target: Option<Wanted>,
    #[command(flatten)]
    packages: PackageArgs,
}

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Build")]
struct PackageArgs {
    /// Folder of wheels or installed packages to use.
    #[arg(long, value_name = "DIR", hide_short_help = true, value_hint = ValueHint::DirPath)]
    packages: Vec<PathBuf>,
    /// Requirements file. The wheels are downloaded for the target.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    requirements: Vec<PathBuf>,
}

impl PackageArgs {
    fn over(self, target: Option<Wanted>, overrides: Overrides) -> Overrides {
        let PackageArgs { packages, requirements } = self;
        Overrides { target, packages, requirements, ..overrides }
    }
}

impl CrossArgs {
    /// Adds these options to other overrides of a spec.
    pub(super) fn over(self, overrides: Overrides) -> Overrides {
        self.packages.over(self.target, overrides)
    }
}

impl TargetArgs {
    /// Adds these options to other overrides of a spec. At most one platform is chosen.
    pub(super) fn over(self, overrides: Overrides) -> Overrides {
        let target = self.chosen().first().copied();
        self.packages.over(target, overrides)
    }

    /// Returns the platforms, each once.
    pub(super) fn chosen(&self) -> Vec<Wanted> {
        if let Some(only) = self.only_target {
            return vec![only];
        }
        let mut all = Vec::new();
        for wanted in self.target.iter().flat_map(|chosen| match chosen {
            Chosen::One(wanted) => vec![*wanted],
            Chosen::All => Target::ALL.iter().filter(|t| !t.musl).map(|t| Wanted::One(*t)).collect(),
        }) {
            if !all.contains(&wanted) {
                all.push(wanted);
            }
        }
        all
    }
}

/// Returns all values of `--target`.
fn names_and_all() -> Vec<String> {
    Wanted::names().into_iter().chain([ALL.to_owned()]).collect()
}

fn chosen(name: &str) -> Result<Chosen, String> {
    if name == ALL { Ok(Chosen::All) } else { one(name).map(Chosen::One) }
}

fn one(name: &str) -> Result<Wanted, String> {
    Wanted::named(name).ok_or_else(|| spec::unknown_target(name))
}

/// The builds for several platforms.
#[derive(Debug)]
pub(crate) struct Several {
    /// The folder that contains a folder for each platform.
    pub(crate) dist: PathBuf,
    /// The platforms, each with the arguments of its `freeze`.
    pub(crate) builds: Vec<(String, Vec<OsString>)>,
}

impl Several {
    /// Returns the builds for platforms from the arguments of this process. The options for output get a value
    /// for each platform.
    ///
    /// # Errors
    /// The product is to be run.
    pub(super) fn new(argv: &[OsString], targets: &[Wanted], output: &Output<'_>) -> Result<Several> {
        let arguments = argv.get(1..).unwrap_or_default();
        let end = arguments.iter().position(|word| word == "--");
        if end.is_some() && arguments.first().is_none_or(|word| word != "pyinstaller") {
            let error = Error::new(format!("there are {} targets, and `--` runs one product", targets.len()));
            return Err(error.hint("omit `--`").exit_code(USAGE));
        }
        let (before, after) = arguments.split_at(end.unwrap_or(arguments.len()));
        let dist = output.dist.unwrap_or(Path::new("dist"));
        let builds = targets.iter().map(|target| {
            let name = target.name();
            let mut words: Vec<OsString> = before.to_vec();
            words.extend(["--only-target".into(), OsString::from(&name)]);
            words.extend(["--distpath".into(), dist.join(&name).into_os_string()]);
            if let Some(work) = output.work {
                words.extend(["--workpath".into(), work.join(&name).into_os_string()]);
            }
            if let Some(report) = output.report {
                words.extend(["--report".into(), with_name(report, &name).into_os_string()]);
            }
            words.extend_from_slice(after);
            (name, words)
        });
        Ok(Several { dist: dist.to_owned(), builds: builds.collect() })
    }
}

/// The output options whose values differ between platforms.
pub(super) struct Output<'a> {
    pub(super) dist: Option<&'a Path>,
    pub(super) work: Option<&'a Path>,
    pub(super) report: Option<&'a Path>,
}

/// Returns `report-NAME.html` for `report.html`.
fn with_name(path: &Path, name: &str) -> PathBuf {
    let mut file = path.file_stem().unwrap_or_default().to_owned();
    file.push("-");
    file.push(name);
    if let Some(end) = path.extension() {
        file.push(".");
        file.push(end);
    }
    path.with_file_name(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(names: &[&str]) -> TargetArgs {
        TargetArgs {
            target: names.iter().map(|name| chosen(name).unwrap()).collect(),
            ..TargetArgs::default()
        }
    }

    #[test]
    fn all_targets_are_six_and_each_is_built_once() {
        let names = |given: &[&str]| args(given).chosen().iter().map(Wanted::name).collect::<Vec<_>>();
        let all = names(&["windows-x86_64", "all", "windows-x86_64"]);
        assert_eq!((all.len(), all[0].as_str()), (6, "windows-x86_64"));
        assert!(!all.iter().any(|name| name.contains("musl")));
        assert_eq!(names(&["macos-universal2", "all"]).len(), 7);
        let only = TargetArgs { only_target: Wanted::named("linux-x86_64"), ..args(&["all"]) };
        assert_eq!(only.chosen().iter().map(Wanted::name).collect::<Vec<_>>(), ["linux-x86_64"]);
        assert!(chosen("windows").unwrap_err().contains("windows-x86_64"));
    }

    #[test]
    fn each_target_has_its_own_output() {
        let argv: Vec<OsString> = ["freeze", "-F", "--target", "all", "app.py"].map(OsString::from).into();
        let targets = args(&["linux-x86_64", "windows-x86_64"]).chosen();
        let output = Output { dist: Some(Path::new("out")), work: None, report: Some(Path::new("a/r.html")) };
        let several = Several::new(&argv, &targets, &output).unwrap();
        let words: Vec<_> = several.builds[1].1.iter().map(|word| word.to_str().unwrap()).collect();
        let dist = Path::new("out").join("windows-x86_64");
        let report = Path::new("a").join("r-windows-x86_64.html");
        let expected = ["-F", "--target", "all", "app.py", "--only-target", "windows-x86_64", "--distpath"];
        assert_eq!(words[..7], expected);
        assert_eq!(words[7..], [dist.to_str().unwrap(), "--report", report.to_str().unwrap()]);

        let run: Vec<OsString> = argv.iter().cloned().chain(["--".into(), "x".into()]).collect();
        let error = Several::new(&run, &targets, &output).unwrap_err();
        assert!(error.to_string().contains("there are 2 targets, and `--` runs one product"), "{error}");
        let mut words: Vec<OsString> = run;
        words.insert(1, "pyinstaller".into());
        let several = Several::new(&words, &targets, &output).unwrap();
        assert_eq!(several.builds[0].1[several.builds[0].1.len() - 2..], ["--", "x"]);
    }
}
