//! `#[test]` of the integration tests: lists a function for the runner in `tests/harness/runner.rs`.

use proc_macro::{TokenStream, TokenTree};

/// Lists a function without arguments as a test, under its module and name.
#[proc_macro_attribute]
pub fn test(_: TokenStream, item: TokenStream) -> TokenStream {
    let mut words = item.clone().into_iter().skip_while(|token| token.to_string() != "fn");
    let name = words.nth(1).map(|token| token.to_string());
    let Some(name) = name.filter(|_| matches!(words.next(), Some(TokenTree::Group(_)))) else {
        return "compile_error!(\"expected a function without arguments\");".parse().unwrap_or_default();
    };
    let listed =
        format!("::harness::list! {{ ::harness::Test::new(::core::module_path!(), \"{name}\", {name}) }}");
    let mut all = item;
    all.extend(listed.parse::<TokenStream>().unwrap_or_default());
    all
}
