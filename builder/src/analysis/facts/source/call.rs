//! Calls that import modules by computed names.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

use super::Finder;
use super::text::{Known, UNKNOWN, strings};
use crate::analysis::facts::{Form, Import, Origin};
use crate::analysis::graph::Guard;
use crate::names::is_dotted_name;

impl<'a> Finder<'a> {
    /// A call that imports, or that tells something about imports.
    pub(super) fn call(&mut self, call: &'a ast::ExprCall) {
        let arguments = &call.arguments;
        self.search_call(call);
        self.folder_call(call);
        self.wrapper_call(call);
        self.arguments(call);
        for keyword in &arguments.keywords {
            if let Some(name) = &keyword.arg {
                self.named_list(name.as_str(), &keyword.value);
            }
        }
        // `environ.setdefault("SETTINGS_MODULE", "settings")`
        if let [Expr::StringLiteral(key), value] = &*arguments.args {
            self.named_list(key.value.to_str(), value);
        }
        match &*call.func {
            Expr::Name(name) if self.scope.is_importer(name.id.as_str()) => self.import_call(call),
            Expr::Name(name) if name.id.as_str() == "__import__" => self.import_call(call),
            Expr::Name(name) if matches!(name.id.as_str(), "exec" | "eval") => self.executed(call),
            Expr::Name(name) if name.id.as_str() == "find_spec" => self.spec_call(call),
            Expr::Name(name) if name.id.contains("import") => self.named_call(call),
            Expr::Attribute(attribute) => match attribute.attr.as_str() {
                "import_module" | "__import__" if self.scope.is_module(&attribute.value, "importlib") => {
                    self.import_call(call);
                }
                "extend_path" if self.scope.is_module(&attribute.value, "pkgutil") => {
                    self.record.extends_path = true
                }
                "iter_modules" | "walk_packages" if self.scope.is_module(&attribute.value, "pkgutil") => {
                    self.scan_call(call, attribute.attr.as_str() == "walk_packages");
                }
                "run_module" if self.scope.is_module(&attribute.value, "runpy") => self.import_call(call),
                "resolve_name" if self.scope.is_module(&attribute.value, "pkgutil") => self.import_call(call),
                "startswith" => self.start(call),
                "find_spec" => self.spec_call(call),
                "module_from_spec" | "exec_module" | "load_module" => self.loads_specs = true,
                name if name.contains("import") => self.named_call(call),
                "files" | "contents" | "open_binary" | "open_text" | "path" | "read_binary" | "read_text"
                | "resource_filename" | "resource_string" | "resource_stream"
                    if self.is_resources(&attribute.value) =>
                {
                    self.resource_call(call);
                }
                "distribution" | "files" | "get_distribution" | "metadata" | "require" | "requires"
                | "version"
                    if self.is_metadata(&attribute.value) =>
                {
                    self.metadata_call(call);
                }
                "get_data" if self.scope.is_module(&attribute.value, "pkgutil") => self.resource_call(call),
                "declare_namespace" => self.record.extends_path = true,
                "attach_stub" => self.record.stub = true,
                "extend" | "append" | "insert" if self.scope.depth == 0 => {
                    if let (Expr::Name(name), Some(value)) = (&*attribute.value, arguments.args.last())
                        && name.id.as_str() == "__all__"
                    {
                        self.strings(value);
                    }
                }
                _ => {}
            },
            Expr::Name(name) if name.id.as_str() == "breakpoint" => {
                self.push(call.range().start(), Origin::Absolute, "pdb".to_owned(), Form::Call, Vec::new());
            }
            Expr::Name(name) if self.scope.member(name.id.as_str()) == Some(("pkgutil", "extend_path")) => {
                self.record.extends_path = true;
            }
            Expr::Name(name) if self.scope.member(name.id.as_str()) == Some(("pkgutil", "iter_modules")) => {
                self.scan_call(call, false);
            }
            Expr::Name(name) if self.scope.member(name.id.as_str()) == Some(("pkgutil", "walk_packages")) => {
                self.scan_call(call, true);
            }
            Expr::Name(name) if self.is_metadata_function(name.id.as_str()) => self.metadata_call(call),
            Expr::Name(name) if self.is_resource_function(name.id.as_str()) => self.resource_call(call),
            Expr::Name(name) if name.id.as_str() == "attach_stub" => self.record.stub = true,
            _ => {}
        }
    }

    /// What puts folders on the search path, and what lists the files of packages that no statement imports.
    fn search_call(&mut self, call: &'a ast::ExprCall) {
        const LISTING: [&str; 6] = ["glob", "iglob", "iterdir", "listdir", "scandir", "walk"];
        let name = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(a) => a.attr.as_str(),
            _ => return,
        };
        if matches!(name, "append" | "extend" | "insert")
            && let Expr::Attribute(method) = &*call.func
            && let Expr::Attribute(path) = &*method.value
        {
            self.extends_search |= path.attr.as_str() == "path" && self.scope.is_module(&path.value, "sys");
        }
        self.extends_search |= name == "addsitedir";
        self.lists_any |= LISTING.contains(&name);
        if name == "dirname"
            && let Some(Expr::Attribute(a)) = call.arguments.args.first()
            && a.attr.as_str() == "__file__"
            && let Expr::Name(module) = &*a.value
        {
            // A module that no import statement names.
            self.locates |= self.scope.variables.module(module.id.as_str()).is_none();
        }
    }

    /// `[sys.executable, "-m", "module"]`
    pub(super) fn command(&mut self, words: &'a [Expr]) {
        for pair in words.windows(2) {
            let [Expr::StringLiteral(option), name] = pair else { continue };
            if option.value.to_str() != "-m" {
                continue;
            }
            for known in self.scope.variables.texts(name) {
                if known.whole && known.origin == Origin::Absolute && is_dotted_name(&known.text) {
                    let at = name.range().start();
                    self.under(Guard::Optional, None, |f| {
                        f.push(at, Origin::Absolute, known.text, Form::Run, Vec::new());
                    });
                }
            }
        }
    }

    /// `name.startswith("app_")`: plugins by the beginning of their names, where all modules that there are are listed.
    fn start(&mut self, call: &'a ast::ExprCall) {
        if let Some(Expr::StringLiteral(start)) = call.arguments.args.first()
            && let start = start.value.to_str()
            && start.ends_with('_')
            && is_dotted_name(start)
        {
            self.starts.push(Import {
                guard: Guard::Optional,
                module: start.to_owned(),
                form: Form::Prefix,
                ..self.scope.at(call.range().start())
            });
        }
    }

    /// Arguments that name modules, or are packages.
    fn arguments(&mut self, call: &'a ast::ExprCall) {
        const LOOKS: [&str; 8] =
            ["dir", "getattr", "hasattr", "isinstance", "print", "reload", "setattr", "vars"];
        let at = call.range().start();
        for keyword in &call.arguments.keywords {
            // `tabmodule="parsetab"`: one beside this module.
            if let (Some(name), Expr::StringLiteral(text)) = (&keyword.arg, &keyword.value)
                && (name.ends_with("module") || name.ends_with("tab"))
                && is_dotted_name(text.value.to_str())
            {
                self.record.tables.push((self.scope.line(at), format!(".{}", text.value.to_str())));
                // Whoever makes tables looks for their file, and makes it where it is missing.
                if name.contains("tab") {
                    self.record.files.push(format!("{}.py", text.value.to_str()));
                }
            }
        }
        if matches!(&*call.func, Expr::Name(name) if LOOKS.contains(&name.id.as_str())) {
            return;
        }
        for argument in &call.arguments.args {
            if let Expr::Name(name) = argument
                && let Some(known) = self.scope.variables.module(name.id.as_str())
            {
                let known = known.clone();
                self.package_given(call, known);
            }
        }
    }

    /// A package that is imported by call or given to a function: if the module lists packages, it is listed.
    fn package_given(&mut self, call: &ast::ExprCall, package: Known) {
        let Known { origin, text, whole } = package;
        if whole && is_dotted_name(&text) {
            self.imported.push(Import {
                guard: Guard::Optional,
                origin,
                module: text,
                form: Form::Tree,
                ..self.scope.at(call.range().start())
            });
        }
    }

    /// `importlib.metadata.version("distribution")` and its like.
    fn metadata_call(&mut self, call: &'a ast::ExprCall) {
        let Some(name) = call.arguments.args.first() else { return };
        let known = self.scope.variables.texts(name);
        self.record.asks_metadata |= known.is_empty() || known.iter().any(|k| !k.whole);
        for known in known.into_iter().filter(|k| k.whole && k.origin == Origin::Absolute) {
            // `require("name>=1")`
            let end = known.text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
            let name = known.text[..end.unwrap_or(known.text.len())].to_owned();
            if !name.is_empty() && !self.record.metadata.contains(&name) {
                self.record.metadata.push(name);
            }
        }
    }

    fn is_metadata(&self, expr: &Expr) -> bool {
        const MODULES: [&str; 3] = ["importlib.metadata", "importlib_metadata", "pkg_resources"];
        match expr {
            Expr::Name(name) => self
                .scope
                .variables
                .module(name.id.as_str())
                .is_some_and(|m| MODULES.contains(&m.text.as_str())),
            Expr::Attribute(a) => a.attr.as_str() == "metadata",
            _ => false,
        }
    }

    /// Whether a name was imported from `importlib.metadata` or its like.
    fn is_metadata_function(&self, name: &str) -> bool {
        self.scope.variables.module(name).is_some_and(|m| {
            m.text.rsplit_once('.').is_some_and(|(module, name)| {
                matches!(module, "importlib.metadata" | "importlib_metadata" | "pkg_resources")
                    && matches!(
                        name,
                        "distribution"
                            | "files"
                            | "get_distribution"
                            | "metadata"
                            | "require"
                            | "requires"
                            | "version"
                    )
            })
        })
    }

    /// `importlib.resources.files("package")` and its like: the package, which may hold nothing but data.
    fn resource_call(&mut self, call: &'a ast::ExprCall) {
        let Some(package) = call.arguments.args.first() else { return };
        let known = match package {
            Expr::Name(name) if self.scope.variables.module(name.id.as_str()).is_some() => return,
            other => self.scope.variables.texts(other),
        };
        let guard = self.scope.guard;
        self.scope.guard = guard.max(Guard::Optional);
        for known in known.into_iter().filter(|k| k.whole) {
            self.imported(call, known);
        }
        self.scope.guard = guard;
    }

    fn is_resources(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Name(name) => {
                self.scope.variables.module(name.id.as_str()).is_some_and(|m| m.text.ends_with("resources"))
            }
            Expr::Attribute(a) => a.attr.as_str() == "resources",
            _ => false,
        }
    }

    /// Whether a name was imported from `importlib.resources` or its like.
    fn is_resource_function(&self, name: &str) -> bool {
        self.scope.variables.module(name).is_some_and(|m| {
            m.text.rsplit_once('.').is_some_and(|(module, _)| module.ends_with("resources"))
                && !m.text.ends_with(".as_file")
        })
    }

    /// `import_optional_dependency("name")`: a function that says it imports, and what.
    fn named_call(&mut self, call: &'a ast::ExprCall) {
        let Some(Expr::StringLiteral(name)) = call.arguments.args.first() else { return };
        let name = name.value.to_str();
        if is_dotted_name(name) {
            let at = call.range().start();
            self.under(Guard::Optional, None, |f| {
                f.push(at, Origin::Absolute, name.to_owned(), Form::Call, Vec::new());
            });
        }
    }

    /// `find_spec("name")`, which matters where specs are loaded.
    fn spec_call(&mut self, call: &'a ast::ExprCall) {
        if let Some(Expr::StringLiteral(name)) = call.arguments.args.first()
            && is_dotted_name(name.value.to_str())
        {
            self.specs.push(Import {
                guard: Guard::Optional,
                module: name.value.to_str().to_owned(),
                form: Form::Call,
                ..self.scope.at(call.range().start())
            });
        }
    }

    /// `pkgutil.iter_modules(path, prefix)`: the modules of a package, usually to be imported.
    fn scan_call(&mut self, call: &'a ast::ExprCall, deep: bool) {
        let path = call.arguments.find_argument_value("path", 0);
        let prefix = call.arguments.find_argument_value("prefix", 1);
        let mut packages = path.and_then(|p| self.scope.package_of(p)).into_iter().collect::<Vec<_>>();
        if packages.is_empty() {
            let prefixes = prefix.map(|p| self.scope.variables.texts(p)).unwrap_or_default();
            packages.extend(prefixes.into_iter().filter_map(|known| {
                let name = known.text.strip_suffix('.')?.to_owned();
                (known.whole && !(name.is_empty() && known.origin == Origin::Absolute))
                    .then(|| Known::new(known.origin, name, true))
            }));
        }
        self.names_all |= path.is_none_or(Expr::is_none_literal_expr);
        self.record.scans |= packages.is_empty();
        self.scans |= packages.is_empty();
        for Known { origin, text, .. } in packages {
            let form = if deep { Form::Tree } else { Form::Prefix };
            let dot = form == Form::Prefix && !text.is_empty();
            let text = if dot { format!("{text}.") } else { text };
            self.push(call.range().start(), origin, text, form, Vec::new());
        }
    }

    /// `import_module(name, package)` and `__import__(name, …)` with a name of which something is known.
    fn import_call(&mut self, call: &'a ast::ExprCall) {
        let Some(name) = call.arguments.find_argument_value("name", 0) else { return };
        self.wraps(name);
        let known = self.scope.variables.texts(name);
        // Whatever the module names in texts may be meant.
        let nothing = |k: &Known| k.text.starts_with(UNKNOWN) && !k.text.contains(|c| c != '*' && c != '.');
        let is_open = known.is_empty() || known.iter().any(nothing);
        self.lazy |= is_open;
        self.record.open |= is_open;
        if is_open && self.scope.words {
            let line = self.scope.line(call.range().start());
            self.record.open_at.push(line);
        }
        self.computes |= known.is_empty() || known.iter().any(|k| !k.whole);
        // Of several names one may be meant, and a table holds more than names.
        let guard = self.scope.guard;
        if known.len() > 1 {
            self.scope.guard = guard.max(Guard::Optional);
        }
        for known in known {
            self.package_given(call, known.clone());
            self.imported(call, known);
        }
        self.scope.guard = guard;
    }

    /// `exec("import " + name)`: statements that are texts. Of a name that is not whole, the package has to be known.
    fn executed(&mut self, call: &'a ast::ExprCall) {
        let Some(code) = call.arguments.args.first() else { return };
        let at = call.range().start();
        let word = |text: &str| text.split_whitespace().next().unwrap_or_default().to_owned();
        for known in self.scope.variables.texts(code) {
            for statement in known.text.split(['\n', ';']).map(str::trim) {
                let (modules, names): (Vec<String>, Vec<String>) =
                    if let Some(modules) = statement.strip_prefix("import ") {
                        (modules.split(',').map(word).collect(), Vec::new())
                    } else if let Some((module, names)) =
                        statement.strip_prefix("from ").and_then(|rest| rest.split_once(" import "))
                    {
                        let module = module.trim();
                        let names = names.trim_matches(['(', ')']).split(',').map(word);
                        // In a text that is whole, a star is a star.
                        let is_known =
                            |name: &String| is_dotted_name(name) || known.whole && name.as_str() == UNKNOWN;
                        let (named, open): (Vec<String>, Vec<String>) = names.partition(is_known);
                        // `from package import {name}`: whatever fits.
                        let open = open.iter().filter(|name| name.contains(UNKNOWN));
                        let dot = if module.ends_with('.') { "" } else { "." };
                        let below = open.map(|name| format!("{module}{dot}{name}")).collect::<Vec<_>>();
                        (std::iter::once(module.to_owned()).chain(below).collect(), named)
                    } else {
                        continue;
                    };
                for module in modules {
                    let tail = module.trim_start_matches('.');
                    let origin = match module.len() - tail.len() {
                        0 => Origin::Absolute,
                        dots => Origin::Package(u32::try_from(dots).unwrap_or(1)),
                    };
                    let form = match tail.split_once(UNKNOWN) {
                        None if is_dotted_name(tail) && names.is_empty() => Form::Import,
                        None if is_dotted_name(tail) => Form::From,
                        Some((start, _))
                            if start.rsplit_once('.').is_some_and(|(package, _)| is_dotted_name(package)) =>
                        {
                            Form::Prefix
                        }
                        _ => continue,
                    };
                    let tail = tail.strip_suffix(UNKNOWN).unwrap_or(tail).to_owned();
                    let names = if form == Form::From { names.clone() } else { Vec::new() };
                    self.under(Guard::Optional, None, |f| f.push(at, origin, tail, form, names));
                }
            }
        }
    }

    /// Where a function imports what one of its parameters names, its callers tell what.
    fn wraps(&mut self, name: &'a Expr) {
        let (Expr::Name(name), Some(function)) = (name, self.scope.functions.last()) else { return };
        let mut parameters = function.parameters.iter().map(|p| p.name().as_str());
        let is_method = parameters.next().is_some_and(|first| matches!(first, "self" | "cls"));
        let mut parameters = function.parameters.iter().map(|p| p.name().as_str());
        let Some(place) = parameters.position(|p| p == name.id.as_str()) else { return };
        let place = place.saturating_sub(usize::from(is_method));
        self.wrappers.entry(function.name.as_str()).or_insert((place, name.id.as_str()));
    }

    /// A call of such a function: `load("a")`, `self.load("a")`.
    fn wrapper_call(&mut self, call: &'a ast::ExprCall) {
        let name = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(a) if matches!(&*a.value, Expr::Name(n) if matches!(n.id.as_str(), "self" | "cls")) => {
                a.attr.as_str()
            }
            _ => return,
        };
        let Some(&(place, parameter)) = self.wrappers.get(name) else { return };
        let Some(value) = call.arguments.find_argument_value(parameter, place) else { return };
        self.wraps(value);
        let at = call.range().start();
        for Known { mut origin, text, whole } in self.scope.variables.texts(value) {
            let tail = text.trim_start_matches('.').trim_end_matches(UNKNOWN);
            let dots = text.bytes().take_while(|&b| b == b'.').count();
            if dots > 0 && origin == Origin::Absolute {
                origin = Origin::Package(u32::try_from(dots).unwrap_or(1));
            }
            let (form, named) = match whole {
                true => (Form::Call, is_dotted_name(tail)),
                // The package has to be known.
                false => {
                    let start = tail.split(UNKNOWN).next().unwrap_or_default();
                    (Form::Prefix, start.rsplit_once('.').is_some_and(|(package, _)| is_dotted_name(package)))
                }
            };
            if named {
                let tail = tail.to_owned();
                self.under(Guard::Optional, None, |f| f.push(at, origin, tail, form, Vec::new()));
            }
        }
    }

    fn imported(&mut self, call: &'a ast::ExprCall, known: Known) {
        let Known { mut origin, mut text, whole } = known;
        // `__import__(name, globals(), locals(), names, 1)`
        if origin == Origin::Absolute
            && let Some(Expr::NumberLiteral(level)) = call.arguments.find_argument_value("level", 4)
            && let ast::Number::Int(level) = &level.value
            && let Some(level) = level.as_u8().filter(|l| *l > 0)
        {
            origin = Origin::Package(u32::from(level));
        }
        // Of most only the beginning is known.
        if let Some(start) = text.strip_suffix(UNKNOWN).filter(|start| !start.contains(UNKNOWN)) {
            text.truncate(start.len());
        }
        if origin == Origin::Absolute && text.starts_with('.') {
            let level = u32::try_from(text.bytes().take_while(|&b| b == b'.').count()).unwrap_or(1);
            let tail = text.trim_start_matches('.').to_owned();
            let package = call.arguments.find_argument_value("package", 1);
            let package = package.and_then(|p| self.scope.variables.texts(p).into_iter().next());
            match package {
                Some(Known { origin: Origin::Absolute, text: package, whole: true }) => {
                    let up = package.split('.').count().saturating_sub(level as usize - 1);
                    let base: Vec<&str> = package.split('.').take(up).collect();
                    text = format!("{}.{tail}", base.join("."));
                }
                Some(Known { origin: Origin::Own(0), text: inner, whole: true }) if inner.is_empty() => {
                    (origin, text) = (Origin::Own(level - 1), tail);
                }
                // `__package__`, `__spec__.parent` or a variable: the package it stands in, most likely.
                _ => (origin, text) = (Origin::Package(level), tail),
            }
        }
        if text.is_empty() && origin == Origin::Absolute {
            return;
        }
        // Unlike a statement, a call can import files whose names are no identifiers.
        if text.chars().any(|c| c.is_whitespace() || c.is_control() || "/\\\"'<>{}()[]:;,".contains(c)) {
            return;
        }
        let form = if whole { Form::Call } else { Form::Prefix };
        // `__import__("a.b", fromlist=["c"])` takes `a.b.c` like `from a.b import c`.
        let mut names = Vec::new();
        if let Some(from) = call.arguments.find_argument_value("fromlist", 3) {
            strings(from, &mut names);
            // `fromlist=[name]`: whatever is in the package.
            if let Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) = from
                && form == Form::Call
                && elts.iter().any(|name| !name.is_string_literal_expr())
            {
                let inside = if text.is_empty() { String::new() } else { format!("{text}.") };
                self.push(call.range().start(), origin, inside, Form::Prefix, Vec::new());
            }
        }
        self.push(call.range().start(), origin, text, form, names);
    }
}
