//! Rule files: what a package needs that no heuristic can see, as data.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde::Deserialize;

use super::when::When;
use crate::analysis::names::Pattern;
use crate::error::{Context, Error, Result};
use crate::spec::Request;

/// Rules shipped with the builder: name, text.
const SHIPPED: &[(&str, &str)] = &[
    ("django.toml", include_str!("packages/django.toml")),
    ("numpy.toml", include_str!("packages/numpy.toml")),
    ("pandas.toml", include_str!("packages/pandas.toml")),
    ("pillow.toml", include_str!("packages/pillow.toml")),
    ("setuptools.toml", include_str!("packages/setuptools.toml")),
    ("tzdata.toml", include_str!("packages/tzdata.toml")),
    ("zoneinfo.toml", include_str!("packages/zoneinfo.toml")),
];

/// A rule file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    #[serde(default)]
    rule: Vec<Rule>,
}

/// A rule: what follows from a module being collected.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Rule {
    /// The module that brings the rule into force; `*` stands for one level. `{module}` in `imports` and `submodules`
    /// stands for its name.
    pub module: String,
    /// Further condition.
    #[serde(default)]
    pub when: Option<When>,
    /// Modules that it imports in a way that analysis does not see.
    #[serde(default)]
    pub imports: Vec<String>,
    /// Packages all of whose modules it needs.
    #[serde(default)]
    pub submodules: Vec<String>,
    /// Data files: globs below the search path (`pkg/templates/**`), policy notwithstanding.
    #[serde(default)]
    pub data: Vec<String>,
    /// Globs of data files that are read as resources only, through `importlib.resources`, `pkgutil.get_data` or
    /// the loader: they stay in the archive.
    #[serde(default)]
    pub resources: Vec<String>,
    /// Distributions whose metadata it reads.
    #[serde(default)]
    pub metadata: Vec<String>,
    /// Native libraries: globs below the search path.
    #[serde(default)]
    pub binaries: Vec<String>,
    /// Modules that guarded imports in it and below it do not bring in.
    #[serde(default)]
    pub no_follow: Vec<String>,
    /// Environment of the app.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Name of the rule file.
    #[serde(skip)]
    pub file: String,
}

/// The rules in force for a build.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    rules: Vec<Rule>,
    by_module: HashMap<String, Vec<usize>>,
    patterns: Vec<(Pattern, usize)>,
}

impl Rules {
    /// Loads the shipped rules and those that the request names.
    ///
    /// # Errors
    /// A rule file cannot be read or is malformed.
    pub(crate) fn load(request: &Request) -> Result<Rules> {
        let mut rules = Rules::default();
        for (name, text) in SHIPPED {
            rules.add(name, text, Path::new(name))?;
        }
        for path in &request.rule_files {
            let text = std::fs::read_to_string(path)
                .context(|| format!("failed to read rule file `{}`", path.display()))?;
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            rules.add(&name, &text, path)?;
        }
        Ok(rules)
    }

    fn add(&mut self, name: &str, text: &str, path: &Path) -> Result<()> {
        let file: RuleFile = toml::from_str(text).map_err(|e| {
            Error::new(format!("failed to read rule file `{}`", path.display()))
                .excerpt(e.to_string().trim_end())
        })?;
        for mut rule in file.rule {
            rule.file = name.to_owned();
            let at = self.rules.len();
            if rule.module.contains('*') {
                self.patterns.push((Pattern::levels(&rule.module), at));
            } else {
                self.by_module.entry(rule.module.clone()).or_default().push(at);
            }
            self.rules.push(rule);
        }
        Ok(())
    }

    /// Rules that a module brings into force.
    pub(crate) fn of<'r>(&'r self, module: &'r str) -> impl Iterator<Item = &'r Rule> {
        let named = self.by_module.get(module).into_iter().flatten().copied();
        let fitting = self.patterns.iter().filter(move |(p, _)| p.matches(module)).map(|(_, i)| *i);
        named.chain(fitting).map(|i| &self.rules[i])
    }

    /// Rules of a module and of the packages it lies in.
    pub(crate) fn around<'r>(&'r self, module: &'r str) -> impl Iterator<Item = &'r Rule> {
        let ends = module.match_indices('.').map(|(i, _)| i).chain([module.len()]);
        ends.flat_map(|end| self.of(&module[..end]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_rules_are_well_formed() {
        let rules = Rules::load(&Request::default()).unwrap();
        assert!(!rules.rules.is_empty());
    }

    #[test]
    fn rules_of_parents_hold_for_submodules() {
        let mut rules = Rules::default();
        rules.add("x.toml", "[[rule]]\nmodule = 'a'\nno-follow = ['t']\n", Path::new("x.toml")).unwrap();
        assert_eq!(rules.around("a.b.c").count(), 1);
        assert_eq!(rules.around("ab").count(), 0);
        let error = rules.add("x.toml", "[[rule]]\nmodul = 'a'\n", Path::new("x.toml")).unwrap_err();
        assert!(error.to_string().contains("modul"), "{error}");
    }
}
