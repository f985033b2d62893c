//! Detectors: each one recognises one kind of thing in a source, and sees nothing of the others but the marks they leave.

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
use super::found::Found;
use super::scope::Scope;
use super::shapes::called;

/// Recognises one kind of thing. It is shown each node before what is inside the node, in the order of the source.
pub(super) trait Detector<'a>: Sized {
    /// A statement of any kind.
    fn statement(&mut self, _: &'a Stmt, _: &Scope<'a>, _: &mut Found<'a>) {}
    /// A target that is assigned to, whatever the statement.
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
    /// A quotient, which may be a path: `folder / "name"`.
    fn quotient(&mut self, _: &'a Expr, _: &Scope<'a>, _: &mut Found<'a>) {}
    /// `base.attribute`
    fn attribute(&mut self, _: &'a ast::ExprAttribute, _: &Scope<'a>, _: &mut Found<'a>) {}
    /// A name that is not assigned to.
    fn name(&mut self, _: &'a str, _: &Scope<'a>, _: &mut Found<'a>) {}
    /// The end of the module: all marks are known.
    fn finish(self, _: &Scope<'a>, _: &mut Found<'a>) {}
}

/// Whether a source mentions the paths of modules.
fn mentions_paths(text: &str) -> bool {
    ["__file__", "__path__"].iter().any(|name| text.contains(name))
}

/// An assignment to one target.
pub(super) struct Assignment<'a> {
    /// What is assigned to.
    pub target: &'a Expr,
    /// What is assigned.
    pub value: &'a Expr,
}

/// An f-string.
pub(super) struct Format<'a> {
    /// The whole expression.
    pub expr: &'a Expr,
    /// Its parts.
    pub text: &'a ast::ExprFString,
}

/// A call, with what is called.
pub(super) struct Call<'a> {
    /// The whole expression.
    pub expr: &'a Expr,
    /// Its arguments.
    pub arguments: &'a ast::Arguments,
    /// The name of the function or method; empty if it has none.
    pub name: &'a str,
    /// What a method is called on; none if the name stands alone.
    pub on: Option<&'a Expr>,
}

impl<'a> Call<'a> {
    /// Looks at a call, which `expr` is as well.
    pub(super) fn new(expr: &'a Expr, call: &'a ast::ExprCall) -> Call<'a> {
        let on = match &*call.func {
            Expr::Attribute(method) => Some(&*method.value),
            _ => None,
        };
        Call { expr, arguments: &call.arguments, name: called(&call.func), on }
    }

    /// Where it begins.
    fn at(&self) -> TextSize {
        self.expr.range().start()
    }

    /// Its first positional argument.
    fn first(&self) -> Option<&'a Expr> {
        self.arguments.args.first()
    }
}

/// Shows a node to one detector after the other.
macro_rules! show {
    ($method:ident($node:ty) to $($name:ident)+) => {
        // Nodes nest: what the detectors need on the stack must be gone when the inside of a node is looked at.
        #[inline(never)]
        fn $method(&mut self, node: $node, scope: &Scope<'a>, found: &mut Found<'a>) {
            $(self.$name.$method(node, scope, found);)+
        }
    };
}

/// Makes a table of detectors one detector.
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

// The order decides the order of the facts that one node gives.
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
}

impl<'a> Detectors<'a> {
    /// Detectors for a source, with functions that are known to import.
    pub(super) fn new(text: &str, wrappers: Wrappers<'a>) -> Detectors<'a> {
        let dynamic = Dynamic::new(wrappers);
        Detectors { files: Files::of(text), folders: Folders::of(text), dynamic, ..Detectors::default() }
    }

    /// The functions that import what they are given, if there are more of them than were known at first.
    pub(super) fn more_wrappers(&mut self) -> Option<Wrappers<'a>> {
        self.dynamic.more_wrappers()
    }
}
