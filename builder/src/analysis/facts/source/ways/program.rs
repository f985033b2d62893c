//! Finds programs that a module starts or searches for.

use ruff_python_ast::{self as ast, Expr};

use super::Finder;
use crate::analysis::facts::source::shapes::{called, elements};
use crate::analysis::facts::ways::{Lookup, Program};

/// Functions that start the program in the first word of their first argument.
const STARTING: [&str; 13] = [
    "Popen",
    "call",
    "check_call",
    "check_output",
    "create_subprocess_exec",
    "create_subprocess_shell",
    "execlp",
    "execvp",
    "execvpe",
    "getoutput",
    "getstatusoutput",
    "run",
    "system",
];

/// Maximum nesting of variables and sums that is followed.
const DEPTH: u32 = 8;

impl<'a> Finder<'a> {
    /// `shutil.which("name")`, `subprocess.run(["name", …])`, `sysconfig.get_path("scripts")`.
    pub(super) fn program_call(&mut self, call: &'a ast::ExprCall) {
        let line = self.line(call);
        let Some(first) = call.arguments.args.first() else { return };
        match called(&call.func) {
            "which" => self.programs_of(line, first, Lookup::Which, DEPTH),
            "get_path" if matches!(first, Expr::StringLiteral(s) if s.value.to_str() == "scripts") => {
                self.program(line, "", Lookup::Scripts);
            }
            name if STARTING.contains(&name) => self.programs_of(line, first, Lookup::Command, DEPTH),
            _ => {}
        }
    }

    fn programs_of(&mut self, line: u32, expr: &'a Expr, by: Lookup, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match expr {
            Expr::StringLiteral(text) => {
                let word = text.value.to_str().split_whitespace().next().unwrap_or_default();
                self.program(line, word, by);
            }
            Expr::List(_) | Expr::Tuple(_) => {
                if let Some(first @ (Expr::StringLiteral(_) | Expr::Name(_))) = elements(expr).first() {
                    self.programs_of(line, first, by, depth);
                }
            }
            Expr::BinOp(op) => self.programs_of(line, &op.left, by, depth),
            Expr::Name(name) => {
                // A variable that is assigned to itself is not followed.
                let values = self.names().get(name.id.as_str()).to_vec();
                for value in values.into_iter().filter(|value| !value.is_name_expr()) {
                    self.programs_of(line, value, by, depth);
                }
            }
            _ => {}
        }
    }

    fn program(&mut self, line: u32, name: &str, by: Lookup) {
        let is_name = by == Lookup::Scripts
            || !name.is_empty()
                && !name.contains(['/', '\\', '*', '=', '{', '%', '$'])
                && !name.starts_with(['-', '.']);
        let known = |p: &Program| p.name == name && p.by == by;
        if is_name && !self.found.programs.iter().any(known) {
            self.found.programs.push(Program { line, name: name.to_owned(), by });
        }
    }
}
