//! Converts the content of a spec to a request: fills in defaults, makes paths absolute, and checks every
//! value.

use std::path::{Path, PathBuf};

use super::document::Document;
use super::project::{self, Project};
use super::schema::{
    Raw, RawBundle, RawItem, RawMacos, RawModules, RawProgram, RawPython, RawRules, RawRuntime, RawWhole,
    RawWindows, Text,
};
use super::{
    Bundle, Entry, EnvironmentRequest, Item, Macos, Metadata, Modules, Overrides, Program, PythonRequest,
    Request, Resource,
};
use super::{Hooks, Runtime, Windows, check, entry};
use crate::error::{Error, Result, Warning};
use crate::excerpt;
use crate::target::Target;

/// Resolves a spec.
pub(super) fn request(
    doc: &Document,
    raw: Raw,
    target: Option<Target>,
    overrides: &Overrides,
    project: Option<&Project>,
) -> Result<Request> {
    let spec = entry::absolute(&doc.path);
    let base = spec.parent().unwrap_or(Path::new("/")).to_owned();
    let at = Resolver { doc };
    let (name, programs, only_windows) = at.programs(&raw, project)?;
    let mut warnings = Vec::new();
    let order_file = at.file(raw.modules.order.clone(), "order of imports")?;
    let mut request = Request {
        name,
        programs,
        version: raw.app.version.map(|v| v.value),
        target,
        others: Vec::new(),
        python: at.python(raw.python, overrides, &mut warnings)?,
        bundle: at.bundle(raw.bundle)?,
        modules: at.modules(raw.modules, order_file)?,
        data: at.items(&raw.data)?,
        binaries: at.items(&raw.binaries)?,
        metadata: Metadata { include: texts(raw.metadata.include), recursive: texts(raw.metadata.recursive) },
        rule_files: at.files(&raw.rules.files, "rule file")?,
        only_own_rules: !raw.rules.shipped.unwrap_or(true),
        hooks: at.hooks(&raw.rules)?,
        hook_rules: Vec::new(),
        made_modules: Vec::new(),
        package_folders: Vec::new(),
        runtime: at.runtime(raw.runtime)?,
        windows: at.windows(raw.windows)?,
        macos: at.macos(raw.macos)?,
        output: overrides.output(&check::current_dir()?),
        warnings,
        spec: Some(spec.clone()),
        base: base.clone(),
        project: None,
        project_file: at.file(raw.metadata.project, "project")?,
        cache_size: at.cache_size()?,
    };
    at.windows_of_programs(&mut request, raw.programs)?;
    if only_windows {
        request.windows.console.get_or_insert(false);
    }
    if let Some(file) = &request.project_file {
        request.project = Project::read(file)?.distribution();
        let name = request.project.as_ref().map(|own| own.name.clone());
        request.metadata.include.extend(name.filter(|name| !request.metadata.include.contains(name)));
    }
    if let Some(project) = project {
        project::complete(&mut request, project);
    }
    request.finish().map_err(|error| {
        let error = error.context(format!("invalid spec `{}`", doc.path.display()));
        excerpt::at_hint(error, &doc.path)
    })?;
    request.expand_debug();
    Ok(request)
}

struct Resolver<'a> {
    doc: &'a Document,
}

impl Resolver<'_> {
    /// Returns the name of the application, its programs, and whether they have windows instead of a console.
    fn programs(&self, raw: &Raw, project: Option<&Project>) -> Result<(String, Vec<Program>, bool)> {
        let mut programs: Vec<(Program, &Text)> = Vec::new();
        if let Some(place) = raw.app.entry.as_ref().or(raw.app.entry_point.as_ref()) {
            let entry = self.entry(raw.app.entry.as_ref(), raw.app.entry_point.as_ref())?;
            let name = raw.app.name.as_ref().map_or_else(|| entry::default_name(&entry), |n| n.value.clone());
            let program = self.program(name, entry, place, (&raw.app.folder, &raw.app.then))?;
            programs.push((program, raw.app.name.as_ref().unwrap_or(place)));
        }
        for RawProgram { name, entry, entry_point, folder, then, .. } in &raw.programs {
            let Some(place) = entry.as_ref().or(entry_point.as_ref()) else {
                let message = "missing key `entry` in `[[program]]`";
                return Err(self.doc.error(message, name.span.clone(), "`entry` is missing"));
            };
            let entry = self.entry(entry.as_ref(), entry_point.as_ref())?;
            programs.push((self.program(name.value.clone(), entry, place, (folder, then))?, name));
        }
        let Some((first, _)) = programs.first() else { return self.programs_of_project(raw, project) };
        let app = raw.app.name.as_ref().map_or_else(|| first.name.clone(), |n| n.value.clone());
        if let Some(name) = &raw.app.name {
            self.checked(name, "`name`", check::name)?;
        }
        for (i, (program, place)) in programs.iter().enumerate() {
            self.checked(
                &Text { value: program.name.clone(), span: place.span.clone() },
                "`name`",
                check::name,
            )?;
            // File names on Windows and macOS are case-insensitive.
            let same = |p: &Program| p.name.to_lowercase() == program.name.to_lowercase();
            if programs[..i].iter().any(|(p, _)| same(p)) {
                let message = format!("two programs are named `{}`", program.name);
                return Err(self.doc.error(message, place.span.clone(), "named twice"));
            }
        }
        Ok((app, programs.into_iter().map(|(p, _)| p).collect(), false))
    }

    /// Returns the same for a spec without programs, which may be that of a project that has some.
    fn programs_of_project(
        &self,
        raw: &Raw,
        project: Option<&Project>,
    ) -> Result<(String, Vec<Program>, bool)> {
        let Some(found) = project.map(Project::programs).transpose()?.flatten() else {
            let table = if project.is_some() { "[tool.freeze.app]" } else { "[app]" };
            let what = if project.is_some() { "" } else { "spec " };
            let shown = self.doc.path.display();
            let error = Error::new(format!("missing key `entry` in `{table}` of {what}`{shown}`"));
            return Err(error.hint(format!("add `entry = \"app.py\"` below `{table}`")));
        };
        let mut programs = found.programs;
        let Some(name) = &raw.app.name else { return Ok((found.name, programs, found.only_windows)) };
        self.checked(name, "`name`", check::name)?;
        if let [program] = &mut programs[..] {
            program.name.clone_from(&name.value);
        }
        Ok((name.value.clone(), programs, found.only_windows))
    }

    fn cache_size(&self) -> Result<Option<u64>> {
        let size = RawWhole::cache_size(self.doc)?;
        size.map(|size| self.checked(&size, "`cache-size`", check::size)).transpose()
    }

    fn program(
        &self,
        name: String,
        entry: Entry,
        place: &Text,
        (folder, then): (&Option<Text>, &[Text]),
    ) -> Result<Program> {
        let of_scripts = [("folder", folder.as_ref()), ("then", then.first())];
        for (key, text) in of_scripts.into_iter().filter(|_| !matches!(entry, Entry::Script(_))) {
            let Some(text) = text else { continue };
            let message = format!("`{key}` needs a script as `entry`");
            return Err(self.doc.error(message, text.span.clone(), "applies to scripts only"));
        }
        let folder = self.folders(folder.as_slice(), &[], "folder")?.pop();
        let then = self.folders(then, &[], "script")?;
        Ok(Program { folder, then, ..Program::new(name, entry, Some(self.doc.place(&place.span))) })
    }

    /// Gives programs of `[[program]]` their own properties on Windows.
    fn windows_of_programs(&self, request: &mut Request, programs: Vec<RawProgram>) -> Result<()> {
        for RawProgram { name, windows, .. } in programs {
            let own = self.windows(windows)?;
            let program = request.programs.iter_mut().find(|program| program.name == name.value);
            if let Some(program) = program.filter(|_| own != Windows::default()) {
                program.windows = Some(Box::new(own.over(&request.windows)));
            }
        }
        Ok(())
    }

    fn entry(&self, entry: Option<&Text>, entry_point: Option<&Text>) -> Result<Entry> {
        match (entry, entry_point) {
            (Some(text), None) => {
                entry::parse(&text.value, &self.base(text)).map_err(|e| self.located(e, text))
            }
            (None, Some(name)) if !name.value.is_empty() => Ok(Entry::EntryPoint(name.value.clone())),
            (None, Some(name)) => Err(self.doc.error("`entry-point` is empty", name.span.clone(), "empty")),
            (Some(_), Some(name)) => {
                let message = "`entry` and `entry-point` exclude each other";
                Err(self.doc.error(message, name.span.clone(), "remove one of them"))
            }
            (None, None) => Err(Error::new("missing key `entry`")),
        }
    }

    /// Returns the folder that a path is relative to.
    fn base(&self, value: &Text) -> PathBuf {
        self.doc.base(&value.span)
    }

    /// Adds the line of the spec to an error.
    fn located(&self, error: Error, value: &Text) -> Error {
        let located = self.doc.error("", value.span.clone(), "");
        Error { excerpt: located.excerpt, ..error }
    }

    fn checked<T>(&self, v: &Text, key: &str, check: impl Fn(&str) -> Result<T, String>) -> Result<T> {
        check(&v.value).map_err(|expected| {
            self.doc.error(format!("invalid {key}: `{}`", v.value), v.span.clone(), &expected)
        })
    }

    fn bundle(&self, raw: RawBundle) -> Result<Bundle> {
        Ok(Bundle {
            mode: raw.mode.unwrap_or_default(),
            extract: raw.extract.unwrap_or_default(),
            compression: raw.compression.unwrap_or_default(),
            source: raw.source.unwrap_or_default(),
            strip: raw.strip.unwrap_or_default(),
            max_glibc: raw.max_glibc.map(|v| self.checked(&v, "`max-glibc`", check::glibc)).transpose()?,
            contents_directory: match raw.contents_directory {
                Some(v) => {
                    self.checked(&v, "`contents-directory`", check::contents_directory).map(|()| v.value)?
                }
                None => super::CONTENTS_DIRECTORY.to_owned(),
            },
            runtime_tmpdir: raw.runtime_tmpdir.map(|v| v.value).filter(|v| !v.is_empty()),
            companions: raw.companions.unwrap_or_default(),
            exclude_files: self.globs(&raw.exclude_files)?,
        })
    }

    fn hooks(&self, raw: &RawRules) -> Result<Hooks> {
        let config: serde_json::Map<_, _> = raw.hooks_config.iter().cloned().collect();
        Ok(Hooks {
            folders: self.folders(&raw.hooks, &[], "folder of hooks")?,
            of_packages: raw.package_hooks.unwrap_or(!raw.hooks.is_empty()),
            config: if config.is_empty() { serde_json::Value::Null } else { config.into() },
        })
    }

    fn locales(&self, locales: &[Text]) -> Result<Vec<String>> {
        let checked = |v: &Text| self.checked(v, "locale", check::locale).map(|()| v.value.clone());
        locales.iter().map(checked).collect()
    }

    fn modules(&self, raw: RawModules, order_file: Option<PathBuf>) -> Result<Modules> {
        Ok(Modules {
            include: self.names(&raw.include)?,
            exclude: self.names(&raw.exclude)?,
            source: self.names(&raw.source)?,
            files: self.names(&raw.files)?,
            collect_data: self.names(&raw.collect_data)?,
            collect_binaries: self.names(&raw.collect_binaries)?,
            exclude_binaries: self.file_names(&raw.exclude_binaries)?,
            include_binaries: self.file_names(&raw.include_binaries)?,
            whole: self.names(&raw.whole)?,
            locales: self.locales(&raw.locales)?,
            no_own_data: !raw.own_data.unwrap_or(true),
            order: order_file.as_deref().map(check::order).transpose()?.unwrap_or_default(),
            order_file,
        })
    }

    fn file_names(&self, names: &[Text]) -> Result<Vec<String>> {
        let name = |v: &Text| self.checked(v, "file name", check::file_name).map(|()| v.value.clone());
        names.iter().map(name).collect()
    }

    fn runtime(&self, raw: RawRuntime) -> Result<Runtime> {
        Ok(Runtime {
            hooks: self.files(&raw.hooks, "runtime hook")?,
            env: self.env(raw.env)?,
            interpreter: raw.interpreter.unwrap_or_default(),
            switches: raw.switches.unwrap_or_default(),
            debug: self.debug(raw.debug)?,
        })
    }

    fn names(&self, names: &[Text]) -> Result<Vec<String>> {
        let name = |v: &Text| self.checked(v, "module name", check::module).map(|()| v.value.clone());
        names.iter().map(name).collect()
    }

    fn python(
        &self,
        raw: RawPython,
        overrides: &Overrides,
        warnings: &mut Vec<Warning>,
    ) -> Result<PythonRequest> {
        let packages = self.folders(&raw.packages, &overrides.packages, "packages")?;
        let requirements = self.folders(&raw.requirements, &overrides.requirements, "requirements")?;
        let mut level = None;
        for option in &raw.options {
            level = check::add_levels(level, self.checked(option, "option", check::python_option)?);
        }
        let mut paths = Vec::new();
        for path in raw.paths {
            let folder = entry::absolute(&self.base(&path).join(&path.value));
            if !folder.exists() {
                let place = self.doc.place(&path.span);
                warnings.push(Warning::new(format!("search path `{}` not found ({place})", path.value)));
            }
            paths.push(folder);
        }
        let interpreter = match (&overrides.python, raw.interpreter) {
            (Some(given), _) => Some(check::interpreter(given, &check::current_dir()?)?),
            (None, Some(v)) => {
                Some(check::interpreter(&v.value, &self.base(&v)).map_err(|e| self.located(e, &v))?)
            }
            (None, None) => None,
        };
        let optimize = raw.optimize.or(level).unwrap_or_default();
        let options = texts(raw.options);
        let environment = EnvironmentRequest {
            sync: raw.sync,
            locked: raw.locked.unwrap_or_default(),
            offline: false,
            mirror: None,
            extras: texts(raw.extras),
            groups: texts(raw.groups),
        };
        let environment = environment.overridden(&overrides.environment);
        Ok(PythonRequest {
            interpreter,
            optimize,
            options,
            paths,
            packages,
            requirements,
            environment,
            fallback: Vec::new(),
        })
    }

    /// Returns the folders of the command line, or else those of the spec. Each must exist.
    fn folders(&self, own: &[Text], given: &[PathBuf], what: &str) -> Result<Vec<PathBuf>> {
        if !given.is_empty() {
            return check::all_existing(given, what);
        }
        let find = |v: &Text| check::existing(&v.value, &self.base(v), what).map_err(|e| self.located(e, v));
        own.iter().map(find).collect()
    }

    fn items(&self, items: &[RawItem]) -> Result<Vec<Item>> {
        let item = |item: &RawItem| {
            let from = check::item(&item.from.value, &self.base(&item.from))
                .map_err(|e| self.located(e, &item.from))?;
            let to = match &item.to {
                Some(to) => self.checked(to, "`to`", check::folder)?,
                None => ".".to_owned(),
            };
            let name = item.name.as_ref();
            if let Some(name) = name {
                self.checked(name, "`name`", check::name)?;
            }
            if let Some(name) = name.filter(|_| !Path::new(&from).is_file()) {
                let message = "`name` is for a single file";
                return Err(self.doc.error(message, name.span.clone(), "`from` is not a file"));
            }
            let (name, exclude) = (name.map(|name| name.value.clone()), self.globs(&item.exclude)?);
            Ok(Item { from, to, name, exclude, place: self.doc.place(&item.from.span) })
        };
        items.iter().map(item).collect()
    }

    fn globs(&self, globs: &[Text]) -> Result<Vec<String>> {
        let glob = |v: &Text| self.checked(v, "glob", check::glob).map(|()| v.value.clone());
        globs.iter().map(glob).collect()
    }

    fn files(&self, files: &[Text], what: &str) -> Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for file in files {
            found.extend(
                check::expand(&file.value, &self.base(file), what).map_err(|e| self.located(e, file))?,
            );
        }
        Ok(found)
    }

    fn file(&self, file: Option<Text>, what: &str) -> Result<Option<PathBuf>> {
        let find = |v: Text| check::existing(&v.value, &self.base(&v), what).map_err(|e| self.located(e, &v));
        file.map(find).transpose()
    }

    fn env(&self, pairs: Vec<(Text, Text)>) -> Result<std::collections::BTreeMap<String, String>> {
        let pair = |(name, value): (Text, Text)| {
            self.checked(&name, "`env`", check::variable).map(|()| (name.value, value.value))
        };
        pairs.into_iter().map(pair).collect()
    }

    fn debug(&self, names: Vec<Text>) -> Result<Vec<String>> {
        for name in &names {
            if !check::DEBUG.contains(&name.value.as_str()) {
                let error = self.doc.error(
                    format!("unknown debug option `{}`", name.value),
                    name.span.clone(),
                    "unknown debug option",
                );
                return Err(error.hint(crate::nearest::did_you_mean(&name.value, check::DEBUG)));
            }
        }
        Ok(texts(names))
    }

    fn windows(&self, raw: RawWindows) -> Result<Windows> {
        Ok(Windows {
            icon: self.file(raw.icon, "icon")?,
            console: raw.console,
            version_info: raw.version_info.into_iter().map(|(k, v)| (k.value, v.value)).collect(),
            manifest: self.file(raw.manifest, "manifest")?,
            uac: raw.uac.map(|t| t.value),
            uiaccess: raw.uiaccess.unwrap_or_default(),
            version_file: self.file(raw.version_file, "version file")?,
            hide_console: raw.hide_console.map(|t| t.value),
            windowed_traceback: raw.windowed_traceback,
            resources: raw.resources.into_iter().map(|text| self.resource(text)).collect::<Result<_>>()?,
        })
    }

    fn resource(&self, text: Text) -> Result<Resource> {
        let resource = Resource::parse(&text.value);
        let file = Text { value: resource.file.to_string_lossy().into_owned(), ..text };
        Ok(Resource { file: self.file(Some(file), "resource")?.unwrap_or_default(), ..resource })
    }

    fn macos(&self, raw: RawMacos) -> Result<Macos> {
        Ok(Macos {
            bundle: raw.bundle,
            identifier: raw.identifier.map(|v| v.value),
            icon: self.file(raw.icon, "icon")?,
            plist: raw.plist.into_iter().collect(),
            sign: raw.sign.map(|v| v.value),
            entitlements: self.file(raw.entitlements, "entitlements file")?,
            hardened_runtime: raw.hardened_runtime,
            timestamp: raw.timestamp.map(|v| v.value),
            notarize: self.file(raw.notarize, "key of App Store Connect")?,
            architectures: texts(raw.architectures),
        })
    }
}

fn texts(values: Vec<Text>) -> Vec<String> {
    values.into_iter().map(|v| v.value).collect()
}
