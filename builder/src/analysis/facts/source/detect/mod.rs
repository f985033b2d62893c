//! Detectors: each recognizes one kind of code in a source, independent of the others except for shared
//! marks.

mod distributions;
mod dynamic;
mod entry_points;
mod files;
mod folders;
mod interpreter;
mod lists;
mod scans;
mod search;
mod statements;
mod tables;
mod texts;
mod typelibs;

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::{Ranged, TextSize};

use self::distributions::Distributions;
use self::dynamic::Dynamic;
pub(super) use self::dynamic::wrappers::Wrappers;
use self::entry_points::EntryPoints;
use self::files::Files;
use self::folders::Folders;
use self::interpreter::Interpreter;
use self::lists::Lists;
use self::scans::Scans;
use self::search::SearchPath;
use self::statements::Statements;
use self::tables::Tables;
use self::texts::Texts;
use self::typelibs::Typelibs;
use super::found::Found;
use super::scope::Scope;
use super::shapes::{called, receiver};

/// Recognizes one kind of code. Receives each node before its children, in the order of the source.
pub(super) trait Detector<'a>: Sized {
    /// A statement of any kind.
    fn statement(&mut self, _: &'a Stmt, _: &Scope<'a>, _: &mut Found<'a>) {}
    /// The target of an assignment in any kind of statement.
    fn assignment(&mut self, _: &Assignment<'a>, _: &Scope<'a>, _: &mut Found<'a>) {}
    /// A call.
    fn call(&mut self, _: &Call<'a>, _: &Scope<'a>, _: &mut Found<'a>) {}
    /// A string that is not documentation.
    fn text(&mut self, _: &'a ast::ExprStringLiteral, _: &Scope<'a>, _: &mut Found<'a>) {}
    /// An f-string.
    fn format(&mut self, _: &Format<'a>, _: &Scope<'a>, _: &mut Found<'a>) {}
    /// A list, a tuple or a set.
    fn list(&mut self, _: &'a Expr, _: &Scope<'a>, _: &mut Found<'a>) {}
    /// A dictionary.
    fn dict(&mut self, _: &'a ast::ExprDict, _: &Scope<'a>, _: &mut Found<'a>) {}
    /// A division, which may be a path: `folder / "name"`.
    fn quotient(&mut self, _: &'a Expr, _: &Scope<'a>, _: &mut Found<'a>) {}
    /// `base.attribute`
    fn attribute(&mut self, _: &'a ast::ExprAttribute, _: &Scope<'a>, _: &mut Found<'a>) {}
    /// A name that is read.
    fn name(&mut self, _: &'a str, _: &Scope<'a>, _: &mut Found<'a>) {}
    /// The end of the module, when all marks are known.
    fn finish(self, _: &Scope<'a>, _: &mut Found<'a>) {}
}

/// Returns whether a source mentions the paths of modules.
fn mentions_paths(text: &str) -> bool {
    ["__file__", "__path__"].iter().any(|name| text.contains(name))
}

/// An assignment to one target.
pub(super) struct Assignment<'a> {
    /// The target.
    pub target: &'a Expr,
    /// The assigned value.
    pub value: &'a Expr,
}

/// An f-string.
pub(super) struct Format<'a> {
    /// The whole expression.
    pub expr: &'a Expr,
    /// Its parts.
    pub text: &'a ast::ExprFString,
}

/// A call with its function.
pub(super) struct Call<'a> {
    /// The whole expression.
    pub expr: &'a Expr,
    /// Its arguments.
    pub arguments: &'a ast::Arguments,
    /// The name of the function or method; empty if it has none.
    pub name: &'a str,
    /// The object of a method call; `None` for a plain function.
    pub on: Option<&'a Expr>,
}

impl<'a> Call<'a> {
    /// Describes a call; `expr` is the same node.
    pub(super) fn new(expr: &'a Expr, call: &'a ast::ExprCall) -> Call<'a> {
        Call { expr, arguments: &call.arguments, name: called(&call.func), on: receiver(call) }
    }

    /// Returns its start.
    fn at(&self) -> TextSize {
        self.expr.range().start()
    }

    /// Returns its first positional argument.
    fn first(&self) -> Option<&'a Expr> {
        self.arguments.args.first()
    }
}

/// Passes a node to each detector in turn.
macro_rules! show {
    ($method:ident($node:ty) to $($name:ident)+) => {
        // Nodes are nested: this function releases the detectors' stack space before the children are
        // visited.
        #[inline(never)]
        fn $method(&mut self, node: $node, scope: &Scope<'a>, found: &mut Found<'a>) {
            $(self.$name.$method(node, scope, found);)+
        }
    };
}

/// Combines a table of detectors into one detector.
macro_rules! detectors {
    ($($name:ident: $detector:ty,)+) => {
        /// All detectors.
        #[derive(Default)]
        pub(super) struct Detectors<'a> {
            $($name: $detector,)+
        }

        impl<'a> Detector<'a> for Detectors<'a> {
            show!(statement(&'a Stmt) to $($name)+);
            show!(assignment(&Assignment<'a>) to $($name)+);
            show!(call(&Call<'a>) to $($name)+);
            show!(text(&'a ast::ExprStringLiteral) to $($name)+);
            show!(format(&Format<'a>) to $($name)+);
            show!(list(&'a Expr) to $($name)+);
            show!(dict(&'a ast::ExprDict) to $($name)+);
            show!(quotient(&'a Expr) to $($name)+);
            show!(attribute(&'a ast::ExprAttribute) to $($name)+);
            show!(name(&'a str) to $($name)+);

            fn finish(self, scope: &Scope<'a>, found: &mut Found<'a>) {
                $(self.$name.finish(scope, found);)+
            }
        }
    };
}

// The order determines the order of facts from the same node.
detectors! {
    statements: Statements<'a>,
    folders: Folders,
    scans: Scans,
    dynamic: Dynamic<'a>,
    distributions: Distributions,
    interpreter: Interpreter,
    texts: Texts<'a>,
    lists: Lists,
    tables: Tables,
    files: Files,
    entry_points: EntryPoints,
    search: SearchPath,
    typelibs: Typelibs,
}

impl<'a> Detectors<'a> {
    /// Creates detectors for a source, with known functions that import.
    pub(super) fn new(text: &str, wrappers: Wrappers<'a>) -> Detectors<'a> {
        let dynamic = Dynamic::new(wrappers);
        Detectors { files: Files::of(text), folders: Folders::of(text), dynamic, ..Detectors::default() }
    }

    /// Returns the functions that import their arguments, if there are more than initially known.
    pub(super) fn more_wrappers(&mut self) -> Option<Wrappers<'a>> {
        self.dynamic.more_wrappers()
    }
}
