//! Reads conditions on the platform and the Python version from expressions.

use ruff_python_ast::{self as ast, Expr};

use super::scope::Scope;
use super::shapes::{literal, number};
use super::text::literal_texts;
use crate::analysis::facts::condition::{Compare, Condition, Match, Variable};

impl Scope<'_> {
    /// Returns the condition of an expression.
    pub(super) fn condition_of(&self, expr: &Expr) -> Condition {
        match expr {
            Expr::BooleanLiteral(b) => Condition::Known(b.value),
            Expr::Name(name) => match name.id.as_str() {
                "TYPE_CHECKING" | "MYPY" => Condition::Known(false),
                other => self.named(other),
            },
            Expr::Attribute(a) if a.attr.as_str() == "TYPE_CHECKING" => Condition::Known(false),
            Expr::NumberLiteral(n) => match &n.value {
                ast::Number::Int(i) => Condition::Known(i.as_i64() != Some(0)),
                _ => Condition::Unknown,
            },
            Expr::Named(named) => self.condition_of(&named.value),
            Expr::UnaryOp(op) if op.op == ast::UnaryOp::Not => self.condition_of(&op.operand).negated(),
            Expr::BoolOp(op) => {
                let parts = op.values.iter().map(|v| self.condition_of(v)).collect();
                if op.op == ast::BoolOp::And { Condition::All(parts) } else { Condition::Any(parts) }
            }
            Expr::Call(call) => self.text_call(call).unwrap_or(Condition::Unknown),
            Expr::Compare(compare) => self.comparison(compare).unwrap_or(Condition::Unknown),
            _ => Condition::Unknown,
        }
    }

    /// `sys.platform.startswith("win")`.
    fn text_call(&self, call: &ast::ExprCall) -> Option<Condition> {
        let Expr::Attribute(attribute) = &*call.func else { return None };
        if attribute.attr.as_str() != "startswith" {
            return None;
        }
        let variable = self.text_variable(&attribute.value)?;
        Some(Condition::Text(variable, Match::Prefix, literal_texts(call.arguments.args.first()?)?))
    }

    /// Returns the platform variable of an expression.
    pub(super) fn text_variable(&self, expr: &Expr) -> Option<Variable> {
        if let Expr::Call(call) = expr {
            if let Expr::Attribute(a) = &*call.func
                && a.attr.as_str() == "lower"
            {
                return None;
            }
            return match self.dotted(&call.func)? {
                ("platform", "system") => Some(Variable::System),
                ("platform", "python_implementation") => Some(Variable::PythonImplementation),
                _ => None,
            };
        }
        if let Expr::Attribute(a) = expr
            && a.attr.as_str() == "name"
            && self.dotted(&a.value) == Some(("sys", "implementation"))
        {
            return Some(Variable::Implementation);
        }
        match self.dotted(expr)? {
            ("sys", "platform") => Some(Variable::Platform),
            ("os", "name") => Some(Variable::OsName),
            _ => None,
        }
    }

    fn comparison(&self, compare: &ast::ExprCompare) -> Option<Condition> {
        let (mut left, [op], [right]) = (&*compare.left, &*compare.ops, &*compare.comparators) else {
            return None;
        };
        let mut right = right;
        let is_name = |e: &Expr| matches!(e, Expr::Name(n) if n.id.as_str() == "__name__");
        let negate = matches!(op, ast::CmpOp::NotEq | ast::CmpOp::NotIn | ast::CmpOp::IsNot);
        let finish = |c: Condition| Some(if negate { c.negated() } else { c });
        if matches!(op, ast::CmpOp::Eq | ast::CmpOp::NotEq) {
            if is_name(right) {
                std::mem::swap(&mut left, &mut right);
            }
            if is_name(left) {
                return (literal_texts(right)? == ["__main__"]).then(|| finish(Condition::Main))?;
            }
        }
        if matches!(op, ast::CmpOp::Eq | ast::CmpOp::NotEq | ast::CmpOp::In | ast::CmpOp::NotIn) {
            let is_search =
                matches!(op, ast::CmpOp::In | ast::CmpOp::NotIn) && right.is_string_literal_expr();
            if let Some(variable) = self.text_variable(left).filter(|_| !is_search) {
                return finish(Condition::Text(variable, Match::Equal, literal_texts(right)?));
            }
            if let Some(variable) = self.text_variable(right) {
                // `"win" in sys.platform` searches inside the text: only plain comparisons are supported.
                if matches!(op, ast::CmpOp::Eq | ast::CmpOp::NotEq) {
                    return finish(Condition::Text(variable, Match::Equal, literal_texts(left)?));
                }
                return None;
            }
        }
        let op = match op {
            ast::CmpOp::Eq | ast::CmpOp::NotEq => Compare::Equal,
            ast::CmpOp::Lt => Compare::Less,
            ast::CmpOp::LtE => Compare::LessEqual,
            ast::CmpOp::Gt => Compare::Greater,
            ast::CmpOp::GtE => Compare::GreaterEqual,
            _ => return None,
        };
        if let Some(condition) = self.version(left, op, right) {
            return finish(condition);
        }
        self.version(right, op.mirrored(), left).and_then(finish)
    }

    /// `sys.version_info`, an index or a slice of it, `sys.version_info.major`, or `sys.hexversion` against
    /// numbers.
    fn version(&self, value: &Expr, op: Compare, with: &Expr) -> Option<Condition> {
        let is_info = |e: &Expr| self.dotted(e) == Some(("sys", "version_info"));
        if self.dotted(value) == Some(("sys", "hexversion")) {
            return Some(Condition::Hex(op, number(with)?));
        }
        let (start, end) = match value {
            _ if is_info(value) => (0, u8::MAX),
            Expr::Subscript(s) if is_info(&s.value) => match &*s.slice {
                Expr::Slice(slice) if slice.step.is_none() => {
                    let bound = |e: &Option<Box<Expr>>, open| match e {
                        None => Some(open),
                        Some(e) => number(e).and_then(|n| u8::try_from(n).ok()),
                    };
                    (bound(&slice.lower, 0)?, bound(&slice.upper, u8::MAX)?)
                }
                index => {
                    let index = u8::try_from(number(index)?).ok().filter(|i| *i < 3)?;
                    (index, index + 1)
                }
            },
            Expr::Attribute(a) if is_info(&a.value) => match a.attr.as_str() {
                "major" => (0, 1),
                "minor" => (1, 2),
                "micro" => (2, 3),
                _ => return None,
            },
            _ => return None,
        };
        let with = match with {
            Expr::Tuple(tuple) => tuple.elts.iter().map(number).collect::<Option<Vec<i64>>>()?,
            one => vec![number(one)?],
        };
        Some(Condition::Version { start, end, op, with })
    }
}

/// Collects the constant strings of a pattern. Returns whether the pattern matches nothing else.
pub(super) fn pattern_texts(pattern: &ast::Pattern, into: &mut Vec<String>) -> bool {
    match pattern {
        ast::Pattern::MatchValue(value) => {
            let text = literal(&value.value);
            into.extend(text.map(str::to_owned));
            text.is_some()
        }
        ast::Pattern::MatchOr(or) => or.patterns.iter().all(|p| pattern_texts(p, into)),
        _ => false,
    }
}
