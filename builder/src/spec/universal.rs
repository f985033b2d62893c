//! Universal macOS programs: one request for each processor. They agree in the parts that exist only once.

use super::Request;
use crate::error::{Error, Result};
use crate::target::{Os, Target, UNIVERSAL, Wanted};

/// Whether a build creates a universal program: either `named` is the universal target, or `architectures` of
/// `[macos]` lists both.
///
/// # Errors
/// Target and architectures contradict each other.
pub(super) fn is_wanted(request: &Request, named: Option<Wanted>) -> Result<bool> {
    let architectures = &request.macos.architectures;
    let has = |target: &Target| architectures.iter().any(|a| a == target.machine());
    let all = Target::UNIVERSAL.iter().all(has);
    let system = match named {
        Some(Wanted::Universal) if all || architectures.is_empty() => return Ok(true),
        Some(Wanted::Universal) => {
            let shown = architectures.join(", ");
            let error =
                Error::new(format!("the target is {UNIVERSAL}, but `architectures` of `[macos]` is {shown}"));
            return Err(error.hint("name both architectures, `x86_64` and `arm64`, or none"));
        }
        Some(Wanted::One(target)) => target.os,
        None => Target::host().os,
    };
    Ok(system == Os::Macos && all)
}

/// Returns a request for all processors if it asks for a universal program, or else the same request.
///
/// # Errors
/// Target and architectures contradict each other.
pub(crate) fn for_all_processors(request: Request, named: Option<Wanted>) -> Result<Request> {
    if !is_wanted(&request, named)? {
        return Ok(request);
    }
    let [first, rest @ ..] = Target::UNIVERSAL;
    let others = rest.map(|target| Request { target: Some(target), others: Vec::new(), ..request.clone() });
    together(Request { target: Some(first), ..request }, others.into())
}

/// Combines a request with those for the other processors.
///
/// # Errors
/// They differ in a part that exists only once.
pub(super) fn together(request: Request, others: Vec<Request>) -> Result<Request> {
    for other in &others {
        if let Some(what) = difference(&request, other) {
            let names = [&request, other].map(|r| r.target.map(|t| t.name()).unwrap_or_default());
            let error = Error::new(format!(
                "{what} differs between {} and {}, but a universal program has it only once",
                names[0], names[1]
            ));
            return Err(error.hint("move it out of `[target.…]`, or set the same value for both"));
        }
    }
    Ok(Request { others, ..request })
}

/// Returns the first difference that is not allowed.
fn difference(one: &Request, other: &Request) -> Option<&'static str> {
    let names = |request: &Request| -> Vec<String> {
        request.programs.iter().map(|program| program.name.clone()).collect()
    };
    let same = [
        ("`name` in `[app]`", one.name == other.name),
        ("`version` in `[app]`", one.version == other.version),
        ("the names of the programs", names(one) == names(other)),
        ("`mode` in `[bundle]`", one.bundle.mode == other.bundle.mode),
        (
            "`contents-directory` in `[bundle]`",
            one.bundle.contents_directory == other.bundle.contents_directory,
        ),
        ("`console` in `[windows]`", one.windows.console == other.windows.console),
        ("`[macos]`", one.macos == other.macos),
    ];
    same.into_iter().find(|(_, same)| !same).map(|(what, _)| what)
}

impl Request {
    /// Returns the requests of the parts. A universal program has one for each processor.
    pub fn parts(&self) -> impl Iterator<Item = &Request> {
        std::iter::once(self).chain(&self.others)
    }

    /// Whether the request is for more than one processor.
    pub fn is_universal(&self) -> bool {
        !self.others.is_empty()
    }

    /// Returns the name of the target, if one is specified.
    pub fn target_name(&self) -> Option<String> {
        if self.is_universal() { Some(UNIVERSAL.to_owned()) } else { self.target.map(|target| target.name()) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Overrides, load};
    use super::*;

    fn loaded(spec: &str, target: Option<&str>) -> Result<Request> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("app.py"), "").unwrap();
        let path = folder.path().join("app.spec");
        std::fs::write(&path, format!("[app]\nentry = \"app.py\"\n{spec}")).unwrap();
        let target = target.map(|name| Wanted::named(name).unwrap());
        load(&path, &Overrides { target, ..Overrides::default() })
    }

    /// Returns the targets of the parts, with the exclusions of each.
    fn parts(spec: &str, target: Option<&str>) -> String {
        let shown = |r: &Request| {
            format!("{} {}", r.target.map(|t| t.name()).unwrap_or_default(), r.modules.exclude.join(" "))
        };
        loaded(spec, target).unwrap().parts().map(shown).collect::<Vec<_>>().join(", ")
    }

    const EXCLUDES: &str = "[target.macos.modules]\nexclude = [\"a\"]\n[target.macos-x86_64.modules]\nexclude = [\"b\"]\n\
                            [target.macos-universal2.modules]\nexclude = [\"c\"]\n";

    #[test]
    fn each_processor_has_its_own_tables() {
        let named = format!("[bundle]\ntarget = \"macos-universal2\"\n{EXCLUDES}");
        let both = "macos-aarch64 a c, macos-x86_64 a c b";
        assert_eq!(parts(&named, None), both);
        assert_eq!(parts(EXCLUDES, Some("macos-universal2")), both);
        let listed = format!(
            "[bundle]\ntarget = \"macos-x86_64\"\n[macos]\narchitectures = [\"x86_64\", \"arm64\"]\n{EXCLUDES}"
        );
        assert_eq!(parts(&listed, None), both);
        // The command line takes precedence.
        assert_eq!(parts(&listed, Some("macos-aarch64")), "macos-aarch64 a");
        assert_eq!(parts(&listed, Some("linux-x86_64")), "linux-x86_64 ");
        assert_eq!(loaded(&listed, None).unwrap().target_name().as_deref(), Some("macos-universal2"));
    }

    #[test]
    fn contradictions_are_told() {
        let error = |spec: &str| loaded(spec, Some("macos-universal2")).unwrap_err().to_string();
        let one = error("[macos]\narchitectures = [\"arm64\"]\n");
        assert!(one.contains("`architectures` of `[macos]` is arm64"), "{one}");
        let mode = error("[target.macos-x86_64.bundle]\nmode = \"onefile\"\n");
        assert!(
            mode.contains("`mode` in `[bundle]` differs between macos-aarch64 and macos-x86_64"),
            "{mode}"
        );
        let icon = error("[target.macos-aarch64.macos]\nidentifier = \"x\"\n");
        assert!(icon.contains("`[macos]` differs"), "{icon}");
    }
}
