//! Specs that a spec extends.

use std::path::{Path, PathBuf};

use super::document::Document;
use super::schema::RawWhole;
use crate::error::{Error, Result};
use crate::nearest::nearest_file;
use crate::os::real;

/// Reads the specs that `doc` extends, and those that they extend.
///
/// # Errors
/// One of them cannot be read, or extends itself. The error shows the line that names it.
pub(super) fn extend(doc: &mut Document) -> Result<()> {
    let mut end = doc.text.len() + 1;
    let mut chain = vec![real(&doc.path)];
    add(doc, &mut chain, &mut end)
}

/// `chain` contains the files from the spec to `doc`. `end` is the next free position for a text.
fn add(doc: &mut Document, chain: &mut Vec<PathBuf>, end: &mut usize) -> Result<()> {
    for name in RawWhole::read(doc)?.extends {
        let at = |error: Error| {
            let excerpt = doc.error("", name.span.clone(), "extended here").excerpt;
            Error { excerpt: error.excerpt.or(excerpt), ..error }
        };
        let path = doc.path.parent().unwrap_or(Path::new("")).join(&name.value);
        if !path.is_file() {
            let error = Error::new(format!("extended spec `{}` not found", name.value));
            let hint = nearest_file(&name.value, &doc.base(&name.span));
            return Err(at(
                error.hint(hint.unwrap_or_else(|| "paths are relative to the spec that names them".into()))
            ));
        }
        let file = real(&path);
        if let Some(start) = chain.iter().position(|known| *known == file) {
            let names: Vec<String> =
                chain[start..].iter().chain([&file]).map(|p| format!("`{}`", file_name(p))).collect();
            let error = Error::new(format!("specs extend each other in a cycle: {}", names.join(" → ")));
            return Err(at(error.hint("remove one of the `extends`")));
        }
        let mut extended = Document::read(&path).map_err(at)?;
        extended.start = *end;
        *end += extended.text.len() + 1;
        chain.push(file);
        add(&mut extended, chain, end)?;
        chain.pop();
        doc.extended.push(extended);
    }
    Ok(())
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::{Mode, Overrides, Request, load};
    use crate::error::Result;
    use crate::spec::tests::folder_with;

    fn loaded(name: &str, folder: &tempfile::TempDir) -> Result<Request> {
        let target = crate::target::Wanted::named("linux-x86_64");
        load(&folder.path().join(name), &Overrides { target, ..Overrides::default() })
    }

    fn error(name: &str, files: &[(&str, &str)]) -> String {
        let folder = folder_with(files);
        let error = loaded(name, &folder).unwrap_err().to_string();
        error.replace(&format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR), "")
    }

    const APP: &str = "[app]\nentry = \"app.py\"\n";

    #[test]
    fn values_are_replaced_and_lists_extended() {
        let base = "cache-size = \"1G\"\n[app]\nname = \"base\"\n[bundle]\nmode = \"onefile\"\n[modules]\nexclude = [\"a\"]\n\
                    [[data]]\nfrom = \"x.txt\"\n[target.linux.modules]\nexclude = [\"b\"]\n";
        let more = "extends = \"base.spec\"\n[runtime]\nhooks = [\"hook.py\"]\n";
        let own =
            format!("extends = [\"more/more.spec\"]\n{APP}name = \"own\"\n[modules]\nexclude = [\"c\"]\n");
        let folder = folder_with(&[
            ("app.py", ""),
            ("app.spec", &own),
            ("more/more.spec", more),
            ("more/base.spec", base),
            ("more/x.txt", ""),
            ("more/hook.py", ""),
        ]);
        let request = loaded("app.spec", &folder).unwrap();
        assert_eq!((request.name.as_str(), request.bundle.mode), ("own", Mode::Onefile));
        assert_eq!(request.cache_size, Some(1 << 30));
        assert_eq!(request.modules.exclude, ["a", "b", "c"]);
        // Paths are relative to the spec that names them.
        assert_eq!(request.data[0].from, folder.path().join("more/x.txt").to_str().unwrap());
        assert_eq!(request.data[0].place, "base.spec:9");
        assert_eq!(request.runtime.hooks, [folder.path().join("more/hook.py")]);
    }

    #[test]
    fn a_circle_is_an_error_at_the_line_that_closes_it() {
        let got = error(
            "a.spec",
            &[
                ("a.spec", "extends = \"b.spec\"\n"),
                ("b.spec", "# b\nextends = [\"c.spec\"]\n"),
                ("c.spec", "extends = \"./a.spec\"\n"),
            ],
        );
        assert!(
            got.starts_with("specs extend each other in a cycle: `a.spec` → `b.spec` → `c.spec` → `a.spec`"),
            "{got}"
        );
        assert!(got.contains("c.spec:1:11"), "{got}");
        assert!(error("a.spec", &[("a.spec", "extends = \"a.spec\"\n")]).contains("`a.spec` → `a.spec`"));
    }

    #[test]
    fn mistakes_are_shown_in_the_file_that_has_them() {
        let own = format!("extends = \"base.spec\"\n{APP}");
        let with = |base: &str| error("app.spec", &[("app.py", ""), ("app.spec", &own), ("base.spec", base)]);
        let unknown = with("# base\n[modules]\nexcludes = []\n");
        assert!(
            unknown.contains("unknown key `excludes` in `[modules]`") && unknown.contains("base.spec:3:1"),
            "{unknown}"
        );
        let missing = with("[runtime]\nhooks = [\n  \"none.py\",\n]\n");
        assert!(missing.contains("`none.py` not found") && missing.contains("base.spec:3:3"), "{missing}");
        let syntax = with("[modules\n");
        assert!(syntax.contains("base.spec:1"), "{syntax}");
        let absent = error("app.spec", &[("app.py", ""), ("app.spec", &own), ("bases.spec", "")]);
        assert!(
            absent.contains("extended spec `base.spec` not found")
                && absent.contains("did you mean `bases.spec`?"),
            "{absent}"
        );
    }

    #[test]
    fn a_project_has_a_spec_in_its_pyproject() {
        let project =
            "[project]\nname = \"shop\"\nversion = \"1.2\"\n[project.scripts]\nshop = \"shop.cli:main\"\n";
        let files = |table: &str| {
            folder_with(&[
                ("pyproject.toml", &format!("{project}{table}")),
                ("src/shop/cli.py", ""),
                ("base.spec", "[bundle]\nstrip = \"all\"\n"),
            ])
        };
        let folder = files(
            "[tool.freeze]\nextends = \"base.spec\"\ncache-size = \"500M\"\n[tool.freeze.bundle]\nmode = \"onefile\"\n",
        );
        let request = loaded("pyproject.toml", &folder).unwrap();
        assert_eq!((request.name.as_str(), request.version.as_deref()), ("shop", Some("1.2")));
        assert_eq!(request.python.paths, [folder.path().join("src")]);
        assert_eq!(request.modules.collect_data, ["shop"]);
        assert_eq!((request.bundle.mode, request.cache_size), (Mode::Onefile, Some(500 << 20)));
        assert_eq!(request.project.unwrap().name, "shop");
        let of = |table: &str| {
            let folder = files(table);
            loaded("pyproject.toml", &folder).unwrap_err().to_string()
        };
        let unknown = of("[tool.freeze]\nbundel = 1\n");
        assert!(unknown.contains("unknown table `bundel` in `[tool.freeze]`"), "{unknown}");
        assert!(
            unknown.contains("pyproject.toml:7:1") && unknown.contains("did you mean `bundle`?"),
            "{unknown}"
        );
        let inner = of("[tool.freeze.bundle]\nmode = \"x\"\n");
        assert!(inner.contains("invalid `mode` in `[tool.freeze.bundle]`"), "{inner}");
        let size = of("[tool.freeze]\ncache-size = \"big\"\n");
        assert!(size.contains("invalid `cache-size`: `big`") && size.contains("expected a size"), "{size}");
    }
}
