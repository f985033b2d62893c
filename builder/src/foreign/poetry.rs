//! `[tool.poetry-pyinstaller-plugin]` of a pyproject.toml: arguments of PyInstaller for each target.

use std::path::Path;

use toml::{Table, Value};

use super::arguments;
use super::place::{self, Place};
use super::product::Product;
use crate::error::{Error, Result, Warning};
use crate::spec::options::{self, Options};
use crate::spec::project::Project;
use crate::spec::{Overrides, entry};

/// The table of the plug-in.
const TABLE: [&str; 2] = ["tool", "poetry-pyinstaller-plugin"];
/// Keys with `true`, and the argument for it.
const SWITCHES: [(&str, &str); 6] = [
    ("strip", "--strip"),
    ("windowed", "--windowed"),
    ("console", "--console"),
    ("uac-admin", "--uac-admin"),
    ("uac-uiaccess", "--uac-uiaccess"),
    ("argv-emulation", "--argv-emulation"),
];
/// Keys with texts, and the argument for each.
const TEXTS: [(&str, &str); 6] = [
    ("arch", "--target-architecture"),
    ("hiddenimport", "--hidden-import"),
    ("hiddenimports", "--hidden-import"),
    ("copy-metadata", "--copy-metadata"),
    ("recursive-copy-metadata", "--recursive-copy-metadata"),
    ("opt", "--optimize"),
];
/// Keys with files, and the argument for each.
const FILES: [(&str, &str); 3] = [
    ("icon", "--icon"),
    ("runtime-hooks", "--runtime-hook"),
    ("additional-hooks-dir", "--additional-hooks-dir"),
];
/// Keys of `collect`, and the argument for each.
const COLLECT: [(&str, &str); 4] = [
    ("submodules", "--collect-submodules"),
    ("data", "--collect-data"),
    ("binaries", "--collect-binaries"),
    ("all", "--collect-all"),
];
/// Keys without an effect on the program, and the reason.
const LOST: [(&str, &str); 4] = [
    ("pre-build", "run it before `freeze`"),
    ("post-build", "run it after `freeze`"),
    ("package", "copy the files next to the program yourself"),
    ("certifi", "add the certificates in the program, or with `REQUESTS_CA_BUNDLE` in `env` of `[runtime]`"),
];

/// Returns a product for each target.
///
/// # Errors
/// A target has no script, or a value is invalid.
pub(super) fn read(path: &Path, overrides: &Overrides) -> Result<Vec<Product>> {
    let project = Project::read(path)?;
    let plugin = project.at(&TABLE).and_then(Value::as_table).cloned().unwrap_or_default();
    let named = |key: &str| plugin.get(key).and_then(Value::as_table);
    let targets = named("targets").into_iter().chain(named("scripts")).flatten();
    let products = targets
        .map(|(name, value)| Target { project: &project, plugin: &plugin, name, value }.read(overrides));
    let products = products.collect::<Result<Vec<_>>>()?;
    if products.is_empty() {
        let error = Error::new(format!("`[{}]` in `{}` has no target", TABLE.join("."), path.display()));
        return Err(error
            .hint(format!("add `[{}.targets]` with `my-tool = \"my_package/main.py\"`", TABLE.join("."))));
    }
    Ok(products)
}

struct Target<'a> {
    project: &'a Project,
    plugin: &'a Table,
    name: &'a str,
    value: &'a Value,
}

impl Target<'_> {
    /// Returns a value of the target, or else of the plug-in. Keys may have `-` or `_`.
    fn get(&self, key: &str) -> Option<&Value> {
        let spelt = |table: &'_ Table| -> Option<String> {
            table.keys().find(|known| known.replace('_', "-") == key).cloned()
        };
        let own = self.value.as_table().and_then(|table| table.get(&spelt(table)?));
        own.or_else(|| self.plugin.get(&spelt(self.plugin)?))
    }

    fn texts(&self, key: &str) -> Vec<String> {
        texts(self.get(key))
    }

    fn failed(&self, message: String, hint: &str) -> Error {
        place::at(Error::new(message).hint(hint), Some(&self.place()))
    }

    /// Returns the line of the target.
    fn place(&self) -> Place {
        let file = self.project.folder.join("pyproject.toml");
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let is_it = |line: &str| {
            let line = line.trim_start();
            line.starts_with(self.name)
                || line.starts_with('[') && line.trim_end().ends_with(&format!("{}]", self.name))
        };
        let line = text.lines().position(is_it).unwrap_or_default() + 1;
        (file, u32::try_from(line).unwrap_or_default())
    }

    fn read(&self, overrides: &Overrides) -> Result<Product> {
        let source = self.value.as_str().map(str::to_owned);
        let Some(source) = source.or_else(|| self.value.get("source")?.as_str().map(str::to_owned)) else {
            return Err(self.failed(
                format!("target `{}` has no `source`", self.name),
                "name the script of the program",
            ));
        };
        let script = entry::absolute(&self.project.folder.join(&source));
        if !script.is_file() {
            let hint = "paths are relative to the folder of the pyproject.toml";
            return Err(self.failed(format!("script `{source}` not found"), hint));
        }
        let mut words = self.words();
        let mut product_name = self.name.to_owned();
        if self.get("add-version").and_then(Value::as_bool) == Some(true)
            && let Some(version) = self.project.version()
        {
            product_name = format!("{product_name}-{version}");
        }
        words.push(format!("--name={product_name}"));
        let invalid = |error: Error| {
            let error = error.context(format!("invalid target `{}`", self.name));
            place::at(error, Some(&self.place()))
        };
        let options = Options {
            entry: Some(script.display().to_string()),
            project: Some(self.project.folder.clone()),
            package_hooks: true,
            ..arguments::parse(&words).map_err(invalid)?
        };
        let mut product = Product::new(options::request(options, overrides).map_err(invalid)?);
        for (key, hint) in LOST {
            if self.get(key).is_some() {
                let message = format!("`{key}` of `[{}]` has no effect", TABLE.join("."));
                product.lose(Warning::new(message).hint(hint));
            }
        }
        Ok(product)
    }

    /// Returns the arguments of PyInstaller.
    fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        let is_onefile = self.get("type").and_then(Value::as_str) == Some("onefile");
        words.push(if is_onefile { "--onefile" } else { "--onedir" }.to_owned());
        for (key, word) in SWITCHES {
            words.extend((self.get(key).and_then(Value::as_bool) == Some(true)).then(|| word.to_owned()));
        }
        let mut add = |word: &str, values: Vec<String>| {
            words.extend(values.into_iter().filter(|v| !v.is_empty()).map(|v| format!("{word}={v}")));
        };
        for (key, word) in TEXTS {
            add(word, self.texts(key));
        }
        for (key, word) in FILES {
            let absolute = |text: String| match text.as_str() {
                "NONE" | "none" => text,
                _ => entry::absolute(&self.project.folder.join(text)).display().to_string(),
            };
            add(word, self.texts(key).into_iter().map(absolute).collect());
        }
        for (key, word) in COLLECT {
            add(word, texts(self.get("collect").and_then(|collect| collect.get(key))));
        }
        let separator = if cfg!(windows) { ';' } else { ':' };
        let item = |from: &str, to: &str| {
            format!("{}{separator}{to}", entry::absolute(&self.project.folder.join(from)).display())
        };
        let include = self.get("include").and_then(Value::as_table).into_iter().flatten();
        add("--add-data", include.filter_map(|(from, to)| Some(item(from, to.as_str()?))).collect());
        if self.get("exclude-include").and_then(Value::as_bool) != Some(true) {
            let of_poetry = self.included_by_poetry();
            add("--add-data", of_poetry.iter().map(|from| item(from, ".")).collect());
        }
        words
    }

    /// Returns the files of `include` in `[tool.poetry]` that exist and are not only for source distributions.
    fn included_by_poetry(&self) -> Vec<String> {
        let list = self.project.at(&["tool", "poetry", "include"]).and_then(Value::as_array);
        let path = |item: &Value| {
            let is_source = texts(item.get("format")) == ["sdist"];
            let text = item.as_str().or_else(|| item.get("path")?.as_str())?;
            (!is_source && self.project.folder.join(text).exists()).then(|| text.to_owned())
        };
        list.into_iter().flatten().filter_map(path).collect()
    }
}

/// Returns a text, or the texts of a list.
fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Integer(number)) => vec![number.to_string()],
        Some(Value::Array(items)) => {
            items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Mode;
    use crate::spec::tests::folder_with;

    fn of(table: &str) -> Result<Vec<Product>> {
        let text = format!("[tool.poetry]\nname = \"pack\"\nversion = \"1.2\"\n\n{table}");
        let folder = folder_with(&[
            ("pyproject.toml", &text),
            ("pack/__init__.py", ""),
            ("pack/main.py", ""),
            ("icons/a.png", ""),
        ]);
        read(&folder.path().join("pyproject.toml"), &Overrides::default())
    }

    #[test]
    fn each_target_is_a_product() {
        let products = of("[tool.poetry-pyinstaller-plugin]\ncopy-metadata = [\"rich\"]\n\
             [tool.poetry-pyinstaller-plugin.scripts]\none = \"pack/main.py\"\n\
             two = { source = \"pack/main.py\", type = \"onefile\", hiddenimport = \"x\", windowed = true }\n\
             [tool.poetry-pyinstaller-plugin.collect]\nall = [\"deep\"]\n\
             [tool.poetry-pyinstaller-plugin.include]\n\"icons/*\" = \"images\"\n")
        .unwrap();
        let [one, two] = &products[..] else { panic!("{products:?}") };
        assert_eq!((one.request.name.as_str(), one.request.bundle.mode), ("one", Mode::Onedir));
        assert_eq!((two.request.name.as_str(), two.request.bundle.mode), ("two", Mode::Onefile));
        assert_eq!(two.request.modules.include, ["x", "deep", "deep.*"]);
        assert_eq!(two.request.windows.console, Some(false));
        assert_eq!(one.request.data[0].to, "images");
        assert!(one.request.metadata.include.contains(&"rich".to_owned()));
        assert_eq!(one.request.version.as_deref(), Some("1.2"));
    }

    #[test]
    fn mistakes_are_shown_in_the_table() {
        let message = |table: &str| of(table).unwrap_err().to_string();
        assert!(message("[tool.poetry-pyinstaller-plugin]\nversion = \"6\"\n").contains("has no target"));
        let missing = message("[tool.poetry-pyinstaller-plugin.scripts]\none = \"pack/none.py\"\n");
        assert!(
            missing.contains("`pack/none.py` not found") && missing.contains("pyproject.toml:6"),
            "{missing}"
        );
        let none = message("[tool.poetry-pyinstaller-plugin.targets.one]\ntype = \"onefile\"\n");
        assert!(none.contains("has no `source`") && none.contains("pyproject.toml:5"), "{none}");
    }
}
