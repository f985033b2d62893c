//! Parses an expression of plain values and calls, as in files that programs generate.

use ruff_python_ast::{Expr, Number, UnaryOp};
use ruff_text_size::Ranged;

use super::decode;

/// A value that can be read without execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Plain {
    /// An integer.
    Number(i64),
    /// A string.
    Text(String),
    /// A list or a tuple.
    List(Vec<Plain>),
    /// A call: the function's name, the arguments by position and those by name.
    Call(String, Vec<Plain>, Vec<(String, Plain)>),
}

/// Parses a file that is one expression.
///
/// # Errors
/// The line (from 1) and the expected syntax there.
pub(crate) fn expression(bytes: &[u8]) -> Result<Plain, (usize, String)> {
    let text = decode(bytes);
    let line = |at: usize| text.get(..at).unwrap_or(&text).bytes().filter(|b| *b == b'\n').count() + 1;
    let parsed = ruff_python_parser::parse_expression(text.trim_end())
        .map_err(|e| (line(e.location.start().to_usize()), e.error.to_string().to_lowercase()))?;
    plain(parsed.expr()).map_err(|(at, expected)| (line(at), format!("expected {expected}")))
}

fn plain(expression: &Expr) -> Result<Plain, (usize, &'static str)> {
    let at = expression.range().start().to_usize();
    let all = |items: &[Expr]| items.iter().map(plain).collect::<Result<Vec<_>, _>>();
    match expression {
        Expr::StringLiteral(text) => Ok(Plain::Text(text.value.to_str().to_owned())),
        Expr::NumberLiteral(number) => match &number.value {
            Number::Int(value) => value.as_i64().map(Plain::Number).ok_or((at, "a smaller number")),
            _ => Err((at, "a whole number")),
        },
        Expr::UnaryOp(minus) if minus.op == UnaryOp::USub => match plain(&minus.operand)? {
            Plain::Number(value) => Ok(Plain::Number(-value)),
            _ => Err((at, "a number")),
        },
        Expr::List(list) => Ok(Plain::List(all(&list.elts)?)),
        Expr::Tuple(tuple) => Ok(Plain::List(all(&tuple.elts)?)),
        Expr::Call(call) => {
            let Expr::Name(name) = &*call.func else { return Err((at, "a name before `(`")) };
            let named = call.arguments.keywords.iter().map(|keyword| {
                let name = keyword.arg.as_ref().ok_or((at, "names for arguments"))?;
                Ok((name.to_string(), plain(&keyword.value)?))
            });
            Ok(Plain::Call(
                name.id.to_string(),
                all(&call.arguments.args)?,
                named.collect::<Result<Vec<_>, _>>()?,
            ))
        }
        _ => Err((at, "a number, a text, a list or a call")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_calls_are_read() {
        let read = expression(b"# comment\nA(1, -2, b=[('x', 'y' 'z')], c=0x40004L)\n".as_slice());
        assert!(read.is_err(), "{read:?}");
        let read = expression(b"# comment\nA(1, -2, b=[('x', 'y' 'z')], c=0x40004)\n").unwrap();
        let text = |t: &str| Plain::Text(t.to_owned());
        let pair = Plain::List(vec![text("x"), text("yz")]);
        let named = vec![("b".to_owned(), Plain::List(vec![pair])), ("c".to_owned(), Plain::Number(0x40004))];
        assert_eq!(read, Plain::Call("A".to_owned(), vec![Plain::Number(1), Plain::Number(-2)], named));
    }

    #[test]
    fn what_would_have_to_run_is_told_with_its_line() {
        assert_eq!(expression(b"A(\n  b=os.name)").unwrap_err().0, 2);
        assert_eq!(expression(b"A(\n1 2)").unwrap_err().0, 2);
        assert_eq!(expression(b"a.b()").unwrap_err(), (1, "expected a name before `(`".to_owned()));
        for bad in ["", "1.5", "A(**x)", "99999999999999999999", "x"] {
            assert!(expression(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
