//! Rule files: package requirements that no heuristic can detect, as data.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use serde::Deserialize;

use toml::Spanned;

use super::parts::{self, Parts};
use super::when::When;
use crate::error::{Context, Error, Result};
use crate::excerpt;
use crate::names::Pattern;
use crate::nearest::nearest;
use crate::spec::{HookRule, Request};

/// Rules shipped with the builder: name, text.
const SHIPPED: &[(&str, &str)] = &[
    ("astroid.toml", include_str!("packages/astroid.toml")),
    ("conventions.toml", include_str!("packages/conventions.toml")),
    ("data_by_name.toml", include_str!("packages/data_by_name.toml")),
    ("django.toml", include_str!("packages/django.toml")),
    ("execnet.toml", include_str!("packages/execnet.toml")),
    ("faker.toml", include_str!("packages/faker.toml")),
    ("gradio.toml", include_str!("packages/gradio.toml")),
    ("matplotlib.toml", include_str!("packages/matplotlib.toml")),
    ("numpy.toml", include_str!("packages/numpy.toml")),
    ("pandas.toml", include_str!("packages/pandas.toml")),
    ("pillow.toml", include_str!("packages/pillow.toml")),
    ("plotly.toml", include_str!("packages/plotly.toml")),
    ("pymdownx.toml", include_str!("packages/pymdownx.toml")),
    ("pyarrow.toml", include_str!("packages/pyarrow.toml")),
    ("pyramid.toml", include_str!("packages/pyramid.toml")),
    ("pyside.toml", include_str!("packages/pyside.toml")),
    ("qt.toml", include_str!("packages/qt.toml")),
    ("pywin32.toml", include_str!("packages/pywin32.toml")),
    ("sanic.toml", include_str!("packages/sanic.toml")),
    ("scrapy.toml", include_str!("packages/scrapy.toml")),
    ("scipy.toml", include_str!("packages/scipy.toml")),
    ("setuptools.toml", include_str!("packages/setuptools.toml")),
    ("site.toml", include_str!("packages/site.toml")),
    ("streamlit.toml", include_str!("packages/streamlit.toml")),
    ("torch.toml", include_str!("packages/torch.toml")),
    ("transformers.toml", include_str!("packages/transformers.toml")),
    ("twisted.toml", include_str!("packages/twisted.toml")),
    ("tzdata.toml", include_str!("packages/tzdata.toml")),
    ("zoneinfo.toml", include_str!("packages/zoneinfo.toml")),
];

/// Stands for the program's own modules in `source` of a rule.
pub(crate) const PROGRAM: &str = "{program}";

/// A rule file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    #[serde(default)]
    rule: Vec<Rule>,
    #[serde(default)]
    parts: Vec<Parts>,
}

/// A rule: the consequences of collecting a module.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Rule {
    /// The module that activates the rule; `*` stands for one level. `{module}` in `imports` and
    /// `submodules` stands for its name.
    pub module: String,
    /// Additional condition.
    #[serde(default)]
    pub when: Option<When>,
    /// Modules that it imports in a way that the analysis does not detect.
    #[serde(default)]
    pub imports: Vec<String>,
    /// Packages that it chooses from at run time, in order of preference. The first installed one is
    /// `{choice}` in `imports`, unless the program uses one of them.
    #[serde(default)]
    pub choices: Vec<String>,
    /// Strings that make the package choose something else if the program contains them, in any case.
    #[serde(default)]
    pub unless_named: Vec<String>,
    /// Strings with which the program chooses one of `choices` after all, although it contains one of
    /// `unless_named`.
    #[serde(default)]
    pub if_named: Vec<String>,
    /// Packages whose modules it all needs.
    #[serde(default)]
    pub submodules: Vec<String>,
    /// Data files: globs below the search path (`pkg/templates/**`), regardless of the policy.
    #[serde(default)]
    pub data: Vec<String>,
    /// Files and folders beside the program's own modules that import it (`templates`, `static/**`). The
    /// package finds them by convention.
    #[serde(default)]
    pub own_data: Vec<String>,
    /// Globs of data files that are only read as resources, through `importlib.resources`,
    /// `pkgutil.get_data` or the loader. They stay in the archive.
    #[serde(default)]
    pub resources: Vec<String>,
    /// Distributions whose metadata it reads.
    #[serde(default)]
    pub metadata: Vec<String>,
    /// Native libraries: globs below the search path.
    #[serde(default)]
    pub binaries: Vec<String>,
    /// Modules that are not collected for guarded imports in it and below it.
    #[serde(default)]
    pub no_follow: Vec<String>,
    /// Modules whose imports in it and below it are not followed at all.
    #[serde(skip)]
    pub excluded: Vec<String>,
    /// Modules that are stored as files on disk, as `files` in `[modules]`: the package lists its own
    /// folder, or looks for its files there.
    #[serde(default)]
    pub files: Vec<String>,
    /// Modules whose source is included, as `source` in `[modules]`.
    #[serde(default)]
    pub source: Vec<String>,
    /// Reads all of the standard library: its sources are included as files, and its extension modules are
    /// collected.
    #[serde(default)]
    pub stdlib_source: bool,
    /// Environment variables of the application.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Python code that runs before the entry point.
    #[serde(default)]
    pub startup: Option<Spanned<String>>,
    /// Name of the rule file.
    #[serde(skip)]
    pub file: String,
    /// Position among all rules: built-in rules first, then the user's, in the order of their files.
    #[serde(skip)]
    pub place: usize,
    /// Whether it is built in.
    #[serde(skip)]
    pub shipped: bool,
    /// Number of empty lines before the code of `startup`, so that its line numbers match the rule file.
    #[serde(skip)]
    lines_ahead: usize,
}

impl Rule {
    /// Returns the rule that a hook stands for.
    fn of_hook(hook: &HookRule) -> Rule {
        Rule {
            module: hook.module.clone(),
            imports: hook.imports.clone(),
            excluded: hook.excluded.clone(),
            file: hook.file.clone(),
            // Many hooks name modules of other versions of their package.
            shipped: true,
            ..Rule::default()
        }
    }

    /// Returns the code to run before the entry point. Its line numbers match the rule file.
    pub(crate) fn startup_code(&self) -> Option<String> {
        let code = self.startup.as_ref()?;
        Some(format!("{}{}\n", "\n".repeat(self.lines_ahead), code.get_ref()))
    }

    /// Returns the name of the module for that code. The names sort in the order of the rules.
    pub(crate) fn startup_module(&self) -> String {
        format!("{STARTUP}{}", self.place)
    }
}

/// Prefix of modules that contain code of rules.
pub(crate) const STARTUP: &str = "__hook__.rule.";
/// Prefix of modules that contain lines of code from `.pth` files.
pub(crate) const SITE: &str = "__hook__.site.";

/// The rules in force for a build.
#[derive(Debug, Default)]
pub struct Rules {
    rules: Vec<Rule>,
    parts: Vec<Parts>,
    by_module: HashMap<String, Vec<usize>>,
    patterns: Vec<(Pattern, usize)>,
}

impl Rules {
    /// Loads the built-in rules, unless the request disables them, and those that the request names.
    ///
    /// # Errors
    /// A rule file cannot be read or is malformed.
    pub(crate) fn load(request: &Request) -> Result<Rules> {
        let mut rules = Rules::default();
        let shipped = if request.only_own_rules { &[] } else { SHIPPED };
        for (name, text) in shipped {
            rules.add(name, text, Path::new(name))?;
        }
        rules.rules.iter_mut().for_each(|rule| rule.shipped = true);
        for path in &request.rule_files {
            let text = std::fs::read_to_string(path)
                .context(|| format!("failed to read rule file `{}`", path.display()))?;
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            rules.add(&name, &text, path)?;
        }
        for hook in &request.hook_rules {
            rules.add_rule(Rule::of_hook(hook));
        }
        Ok(rules)
    }

    fn add(&mut self, name: &str, text: &str, path: &Path) -> Result<()> {
        let file: RuleFile = toml::from_str(text).map_err(|e| {
            let why = e.message().trim_end_matches(['.', '\n']).to_owned();
            let error = Error::new(format!("failed to read rule file `{}`", path.display()));
            let span = e.span().unwrap_or_default();
            let line = u32::try_from(text[..span.start.min(text.len())].matches('\n').count() + 1);
            let known = why.split("expected one of ").nth(1).unwrap_or_default();
            let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
            let near = text.get(span.clone()).and_then(|word| nearest(word, known));
            let error =
                error.excerpt(excerpt::marked(text, path, span, &why)).at(path, line.unwrap_or(u32::MAX));
            match near {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error,
            }
        })?;
        for mut rule in file.rule {
            rule.file = name.to_owned();
            rule.lines_ahead = rule.startup.as_ref().map_or(0, |code| lines_ahead(text, code.span().start));
            self.add_rule(rule);
        }
        for table in &file.parts {
            self.parts.extend(parts::each(table, name)?);
        }
        Ok(())
    }

    fn add_rule(&mut self, mut rule: Rule) {
        let at = self.rules.len();
        rule.place = at;
        if rule.module.contains('*') {
            self.patterns.push((Pattern::levels(&rule.module), at));
        } else {
            self.by_module.entry(rule.module.clone()).or_default().push(at);
        }
        self.rules.push(rule);
    }

    /// Returns all rules, in order.
    pub(crate) fn all(&self) -> &[Rule] {
        &self.rules
    }

    /// Lists the packages that are collected in parts, except those that the request wants whole.
    pub(crate) fn packages_of_parts<'r>(&'r self, request: &Request) -> impl Iterator<Item = &'r Parts> {
        let modules = &request.modules;
        let wholes = modules.whole.iter().chain(&modules.collect_data).chain(&modules.collect_binaries);
        let wholes: Vec<Pattern> = wholes.map(|text| Pattern::new(text)).collect();
        self.parts.iter().filter(move |parts| !wholes.iter().any(|pattern| pattern.covers(&parts.package)))
    }

    /// Returns the packages in parts that consist of libraries with modules for each.
    pub(crate) fn packages_of_libraries(&self, request: &Request) -> HashSet<String> {
        let parts = self.packages_of_parts(request).filter(|parts| parts.holds_libraries());
        parts.map(|parts| parts.package.clone()).collect()
    }

    /// Lists the rules that a module activates.
    pub(crate) fn of<'r>(&'r self, module: &str) -> impl Iterator<Item = &'r Rule> {
        let named = self.by_module.get(module).into_iter().flatten().copied();
        let fitting = self.patterns.iter().filter(move |(p, _)| p.matches(module)).map(|(_, i)| *i);
        named.chain(fitting).map(|i| &self.rules[i])
    }

    /// Lists the rules of a module and of its parent packages.
    pub(crate) fn around<'r>(&'r self, module: &'r str) -> impl Iterator<Item = &'r Rule> {
        let ends = module.match_indices('.').map(|(i, _)| i).chain([module.len()]);
        ends.flat_map(|end| self.of(&module[..end]))
    }
}

/// Returns the number of lines in a rule file before the content of the string that begins at `start`.
fn lines_ahead(text: &str, start: usize) -> usize {
    let (before, string) = text.split_at_checked(start).unwrap_or((text, ""));
    // TOML drops the line break right after the opening quotes.
    let string = string.strip_prefix("\"\"\"").or_else(|| string.strip_prefix("'''"));
    let opened = string.is_some_and(|s| s.starts_with(['\n', '\r']));
    before.matches('\n').count() + usize::from(opened)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// Returns the part of docs/reference/rule.schema.json that describes a rule.
    fn schema(of: &str) -> Value {
        let text = include_str!("../../../docs/reference/rule.schema.json");
        let schema: Value = serde_json::from_str(text).unwrap();
        assert_eq!(schema["additionalProperties"], false);
        schema["properties"][of]["items"].clone()
    }

    /// Checks a rule against the schema. The error is the reason for the rejection.
    fn accepts(schema: &Value, rule: &toml::Table) -> Result<(), String> {
        for (key, value) in rule {
            let property = &schema["properties"][key];
            let fits = match property["type"].as_str() {
                Some("array") if property["items"]["type"] == "object" => {
                    let items = value.as_array().ok_or(format!("`{key}` is no array"))?;
                    let tables = items.iter().filter_map(toml::Value::as_table);
                    tables.map(|table| accepts(&property["items"], table)).collect::<Result<Vec<()>, _>>()?;
                    true
                }
                Some("object") if property["properties"].is_object() => {
                    accepts(property, value.as_table().ok_or(format!("`{key}` is no table"))?)?;
                    true
                }
                Some("boolean") => value.is_bool(),
                Some("string") => value.is_str(),
                Some("array") => value.as_array().is_some_and(|a| a.iter().all(toml::Value::is_str)),
                Some("object") => value.as_table().is_some_and(|t| t.values().all(toml::Value::is_str)),
                _ if property.is_null() => return Err(format!("unknown key `{key}`")),
                other => return Err(format!("type {other:?} of `{key}` is not known to this test")),
            };
            if !fits {
                return Err(format!("`{key}` is no {}", property["type"]));
            }
        }
        let required = schema["required"].as_array().unwrap();
        match required.iter().find(|k| !rule.contains_key(k.as_str().unwrap())) {
            Some(key) => Err(format!("{key} is missing")),
            None => Ok(()),
        }
    }

    #[test]
    fn the_schema_has_the_keys_of_rules() {
        let (rule, parts) = (schema("rule"), schema("parts"));
        let of_list = |key: &str| parts["properties"][key]["items"].clone();
        let (part, named, qml) = (of_list("part"), of_list("named"), parts["properties"]["qml"].clone());
        for (schema, table) in [
            (&rule, "[[rule]]"),
            (&parts, "[[parts]]"),
            (&part, "[[parts]]\n[[parts.part]]"),
            (&named, "[[parts]]\n[[parts.named]]"),
            (&qml, "[[parts]]\n[parts.qml]"),
        ] {
            assert_eq!(schema["additionalProperties"], false);
            let properties = schema["properties"].as_object().unwrap();
            let mut described: Vec<&str> = properties.keys().map(String::as_str).collect();
            described.sort_unstable();
            // The error of serde for an unknown key lists all keys.
            let error = toml::from_str::<RuleFile>(&format!("{table}\nno-such-key = 1\n")).unwrap_err();
            let (_, keys) = error.message().split_once("expected ").unwrap();
            let mut keys: Vec<&str> =
                keys.trim_start_matches("one of ").split(", ").map(|k| k.trim_matches('`')).collect();
            keys.sort_unstable();
            assert_eq!(described, keys, "{table}");
        }
    }

    #[test]
    fn the_schema_accepts_the_shipped_rules_and_no_unknown_key() {
        for (name, text) in SHIPPED {
            let file: toml::Table = toml::from_str(text).unwrap();
            for (key, tables) in &file {
                for table in tables.as_array().unwrap() {
                    let fits = accepts(&schema(key), table.as_table().unwrap());
                    assert!(fits.is_ok(), "{name}: {fits:?}");
                }
            }
        }
        let schema = schema("rule");
        for wrong in ["module = 'a'\nimport = ['b']", "imports = ['b']", "module = 'a'\nimports = 'b'"] {
            let rule: toml::Table = toml::from_str(wrong).unwrap();
            assert!(accepts(&schema, &rule).is_err(), "{wrong}");
            assert!(toml::from_str::<RuleFile>(&format!("[[rule]]\n{wrong}\n")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn shipped_rules_are_well_formed_and_can_be_switched_off() {
        let rules = Rules::load(&Request::default()).unwrap();
        assert!(!rules.rules.is_empty() && rules.rules.iter().all(|r| r.shipped));
        assert!(rules.parts.iter().all(|parts| parts.matcher().is_ok()));
        let none = Rules::load(&Request { only_own_rules: true, ..Request::default() }).unwrap();
        assert!(none.rules.is_empty());
    }

    #[test]
    fn every_shipped_rule_says_why_it_is_there() {
        for (name, text) in SHIPPED {
            let lines: Vec<&str> = text.lines().collect();
            for (i, _) in lines.iter().enumerate().filter(|(_, l)| ["[[rule]]", "[[parts]]"].contains(l)) {
                assert!(i > 0 && lines[i - 1].starts_with('#'), "{name}:{}", i + 1);
            }
        }
    }

    #[test]
    fn code_of_a_rule_counts_its_lines_as_in_the_file() {
        let line_of = |text: &str| {
            let mut rules = Rules::default();
            rules.add("x.toml", text, Path::new("x.toml")).unwrap();
            let code = rules.rules[0].startup_code().unwrap();
            code.lines().position(|l| l == "here()").unwrap() + 1
        };
        assert_eq!(line_of("[[rule]]\nmodule = 'a'\nstartup = 'here()'\n"), 3);
        assert_eq!(line_of("[[rule]]\nmodule = 'a'\nstartup = \"\"\"\nimport a\nhere()\n\"\"\"\n"), 5);
        assert_eq!(line_of("[[rule]]\nmodule = 'a'\nstartup = '''here()\n'''\n"), 3);
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
