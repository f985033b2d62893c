//! `[tool.briefcase]` of a pyproject.toml: applications with all modules and files of their sources.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::place;
use super::product::Product;
use crate::error::{Error, Result, USAGE, Warning};
use crate::spec::options::{self, Options};
use crate::spec::project::Project;
use crate::spec::{Item, Overrides, entry};
use crate::target::Os;

/// Permissions, and the keys of `Info.plist` that state why a program needs them.
const PERMISSIONS: [(&str, &str); 7] = [
    ("bluetooth", "NSBluetoothAlwaysUsageDescription"),
    ("camera", "NSCameraUsageDescription"),
    ("coarse_location", "NSLocationUsageDescription"),
    ("fine_location", "NSLocationUsageDescription"),
    ("background_location", "NSLocationAlwaysAndWhenInUseUsageDescription"),
    ("microphone", "NSMicrophoneUsageDescription"),
    ("photo_library", "NSPhotoLibraryUsageDescription"),
];
/// Keys whose effect a program lacks.
const LOST: [(&str, &str); 5] = [
    ("entitlement", "name a file with `entitlements` in `[macos]`"),
    ("document_type", "types of documents are registered by an installer"),
    ("url_scheme", "schemes are registered by an installer"),
    ("splash", "a frozen program starts too fast for a splash screen"),
    ("support_package", "`--python` names the interpreter"),
];

/// Returns a product for each application.
///
/// # Errors
/// An application has no sources, or a file does not exist.
pub(super) fn read(path: &Path, overrides: &Overrides) -> Result<Vec<Product>> {
    let project = Project::read(path)?;
    let table = |keys: &[&str]| project.at(keys).and_then(Value::as_table).cloned().unwrap_or_default();
    let global = table(&["tool", "briefcase"]);
    let apps = table(&["tool", "briefcase", "app"]);
    if apps.is_empty() {
        let error = Error::new(format!("`[tool.briefcase]` in `{}` has no application", path.display()));
        return Err(error
            .hint("add `[tool.briefcase.app.my-app]` with `sources = [\"src/my_app\"]`")
            .exit_code(USAGE));
    }
    let os = overrides.os();
    let app = |(name, value): (&String, &Value)| {
        let own = value.as_table().cloned().unwrap_or_default();
        App { project: &project, name, layers: layers(&global, own, os) }.read(overrides)
    };
    apps.iter().map(app).collect()
}

/// Returns the tables that apply, the most general first.
fn layers(global: &Table, own: Table, os: Os) -> Vec<Table> {
    let of_system = own.iter().find(|(key, _)| key.eq_ignore_ascii_case(os.key()));
    let of_system = of_system.and_then(|(_, value)| value.as_table()).cloned();
    let mut layers = vec![global.clone(), own];
    if let Some(table) = of_system {
        let format =
            ["app", "system", "appimage"].iter().find_map(|name| table.get(*name)?.as_table().cloned());
        layers.push(table);
        layers.extend(format);
    }
    layers
}

struct App<'a> {
    project: &'a Project,
    name: &'a str,
    layers: Vec<Table>,
}

impl App<'_> {
    fn get(&self, key: &str) -> Option<&Value> {
        self.layers.iter().rev().find_map(|table| table.get(key))
    }

    fn text(&self, key: &str) -> Option<String> {
        self.get(key)?.as_str().map(str::to_owned)
    }

    /// Returns the values of a list in all tables: those of a system add to it.
    fn list(&self, key: &str) -> Vec<String> {
        let lists = self.layers.iter().filter_map(|table| table.get(key));
        let texts = lists.flat_map(|value| match value {
            Value::Array(items) => items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
            value => value.as_str().map(str::to_owned).into_iter().collect::<Vec<_>>(),
        });
        texts.collect()
    }

    fn failed(&self, message: String, hint: &str) -> Error {
        let file = self.project.folder.join("pyproject.toml");
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let header = format!("[tool.briefcase.app.{}]", self.name);
        let line = text.lines().position(|line| line.trim().replace(['"', '\''], "") == header);
        let line = u32::try_from(line.unwrap_or_default() + 1).unwrap_or_default();
        place::at(Error::new(message).hint(hint), Some(&(file, line)))
    }

    fn read(&self, overrides: &Overrides) -> Result<Product> {
        let module = self.name.replace('-', "_");
        let sources = self.list("sources");
        if sources.is_empty() {
            let message = format!("application `{}` has no `sources`", self.name);
            return Err(self.failed(message, &format!("add `sources = [\"src/{module}\"]`")));
        }
        let main = self.text("main_module").or_else(|| self.text("startup_module")).unwrap_or(module);
        let mut options =
            Options { entry: Some(main), project: Some(self.project.folder.clone()), ..Options::default() };
        options.common.name = Some(self.name.to_owned());
        let mut product = Product::new(options::request(options, overrides)?);
        for source in &sources {
            self.source(source, &mut product)?;
        }
        self.describe(&mut product);
        self.icon(&mut product);
        for (key, hint) in LOST {
            if self.get(key).is_some() {
                let message = format!("`{key}` of `[tool.briefcase.app.{}]` has no effect", self.name);
                product.lose(Warning::new(message).hint(hint));
            }
        }
        Ok(product)
    }

    /// Adds a folder of `sources`: a package with all its modules and files, or a folder of files.
    fn source(&self, source: &str, product: &mut Product) -> Result<()> {
        let path = entry::absolute(&self.project.folder.join(source));
        if !path.exists() {
            let hint = "paths are relative to the folder of the pyproject.toml";
            return Err(self.failed(format!("`{source}` of `sources` not found"), hint));
        }
        let request = &mut product.request;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let above = path.parent().unwrap_or(Path::new("/")).to_owned();
        if has_modules(&path) && entry::is_identifier(&name) {
            if !request.python.paths.contains(&above) {
                request.python.paths.push(above);
            }
            if path.is_dir() {
                request.modules.include.extend([name.clone(), format!("{name}.*")]);
                if !request.modules.collect_data.contains(&name) {
                    request.modules.collect_data.push(name);
                }
            } else {
                request.modules.include.push(name);
            }
            return Ok(());
        }
        let to = if path.is_dir() { name } else { ".".to_owned() };
        let from = path.display().to_string();
        request.data.push(Item { from, to, place: "pyproject.toml".to_owned(), ..Item::default() });
        Ok(())
    }

    /// Adds names, versions and rights.
    fn describe(&self, product: &mut Product) {
        let formal = self.text("formal_name").unwrap_or_else(|| self.name.to_owned());
        let request = &mut product.request;
        request.version = self.text("version").or(request.version.take());
        let is_console = self.get("console_app").and_then(Value::as_bool) == Some(true);
        request.windows.console = Some(is_console);
        let info = &mut request.windows.version_info;
        info.insert("ProductName".to_owned(), formal.clone());
        for (key, name) in [("description", "FileDescription"), ("author", "CompanyName")] {
            if let Some(text) = self.text(key) {
                info.insert(name.to_owned(), text);
            }
        }
        let macos = &mut request.macos;
        macos.bundle = Some(!is_console);
        if let Some(bundle) = self.text("bundle") {
            macos.identifier = Some(format!("{bundle}.{}", self.name));
        }
        macos.plist.insert("CFBundleDisplayName".to_owned(), formal.clone().into());
        if let Some(version) = self.text("min_os_version") {
            macos.plist.insert("LSMinimumSystemVersion".to_owned(), version.into());
        }
        let permissions = self.get("permission").and_then(Value::as_table).into_iter().flatten();
        for (name, why) in permissions {
            let key =
                PERMISSIONS.iter().find(|(known, _)| known == name).map_or(name.as_str(), |(_, key)| key);
            macos.plist.insert(key.to_owned(), why.as_str().unwrap_or_default().into());
        }
        for (key, value) in self.get("info").and_then(Value::as_table).into_iter().flatten() {
            macos.plist.insert(key.clone(), serde_json::to_value(value).unwrap_or_default());
        }
        let text = format!("the program is named after the application; its formal name is `{formal}`");
        product.decide("app.name", text);
        if !self.list("requires").is_empty() {
            let text = "the packages of `requires` must be installed, or come from `--sync`";
            product.decide("python.paths", text);
        }
    }

    /// Adds the icons: a path without its suffix, which depends on the system.
    fn icon(&self, product: &mut Product) {
        let Some(base) = self.text("icon") else { return };
        let with = |suffix: &str| -> Option<PathBuf> {
            let path = entry::absolute(&self.project.folder.join(format!("{base}{suffix}")));
            path.is_file().then_some(path)
        };
        product.request.windows.icon = with(".ico");
        product.request.macos.icon = with(".icns").or_else(|| with(".png"));
    }
}

/// Whether a path is a module, or a folder with modules.
fn has_modules(path: &Path) -> bool {
    let is_python = |path: &Path| path.extension().is_some_and(|e| e == "py");
    match path.is_dir() {
        true => walkdir::WalkDir::new(path).into_iter().flatten().any(|entry| is_python(entry.path())),
        false => is_python(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Entry;
    use crate::spec::tests::folder_with;
    use crate::target::Wanted;

    const APP: &str = "[tool.briefcase]\nproject_name = \"Hello\"\nbundle = \"org.example\"\nversion = \"0.2\"\n\
        author = \"Jane\"\n[tool.briefcase.app.hello-world]\nformal_name = \"Hello World\"\n\
        sources = [\"src/hello_world\", \"media\"]\nicon = \"icons/hello\"\n\
        [tool.briefcase.app.hello-world.macOS]\ninfo.NSCameraUsageDescription = \"to see\"\nsources = [\"src/extra\"]\n";

    fn of(text: &str, target: &str) -> Result<Product> {
        let folder = folder_with(&[
            ("pyproject.toml", text),
            ("src/hello_world/__init__.py", ""),
            ("src/hello_world/__main__.py", ""),
            ("src/extra/__init__.py", ""),
            ("media/a.txt", ""),
            ("icons/hello.ico", ""),
            ("icons/hello.icns", ""),
        ]);
        let overrides = Overrides { target: Wanted::named(target), ..Overrides::default() };
        read(&folder.path().join("pyproject.toml"), &overrides).map(|mut found| found.remove(0))
    }

    #[test]
    fn an_application_has_all_of_its_sources() {
        let product = of(APP, "windows-x86_64").unwrap();
        let request = &product.request;
        assert_eq!(request.programs[0].entry, Entry::Module("hello_world".into()));
        assert_eq!((request.name.as_str(), request.version.as_deref()), ("hello-world", Some("0.2")));
        assert_eq!(request.modules.include, ["hello_world", "hello_world.*"]);
        assert_eq!(request.modules.collect_data[0], "hello_world");
        assert_eq!(request.data[0].to, "media");
        assert_eq!(request.windows.console, Some(false));
        assert_eq!(request.windows.version_info["CompanyName"], "Jane");
        assert!(
            request.windows.icon.is_some() && !request.macos.plist.contains_key("NSCameraUsageDescription")
        );
    }

    #[test]
    fn tables_of_a_system_add_to_the_others() {
        let product = of(APP, "macos-aarch64").unwrap();
        let request = &product.request;
        assert!(request.modules.include.contains(&"extra".to_owned()));
        assert_eq!(request.macos.plist["NSCameraUsageDescription"], "to see");
        assert_eq!(request.macos.identifier.as_deref(), Some("org.example.hello-world"));
    }

    #[test]
    fn mistakes_are_shown_in_the_table() {
        let message = |text: &str| of(text, "linux-x86_64").unwrap_err().to_string();
        assert!(message("[tool.briefcase]\nbundle = \"x\"\n").contains("has no application"));
        let none = message("[tool.briefcase]\n\n[tool.briefcase.app.x]\nformal_name = \"X\"\n");
        assert!(none.contains("has no `sources`") && none.contains("pyproject.toml:3"), "{none}");
        let missing = message(&APP.replace("\"media\"", "\"none\""));
        assert!(
            missing.contains("`none` of `sources` not found") && missing.contains("pyproject.toml:6"),
            "{missing}"
        );
    }
}
