//! The page of `--report`: one file that works offline, with the report embedded as JSON.

/// The page around the data.
const PAGE: &str = include_str!("page.html");

/// Embeds a report, as JSON, in the page.
pub(super) fn render(name: &str, json: &str) -> String {
    // In a script element, `<` may start its end tag. In JSON, it only occurs inside strings.
    let json = json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    let name = name.replace('&', "&amp;").replace('<', "&lt;");
    let (head, rest) = PAGE.split_once("@name@").unwrap_or((PAGE, ""));
    let (middle, tail) = rest.split_once("@data@").unwrap_or((rest, ""));
    [head, &name, middle, &json, tail].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_end_the_script() {
        let page = render("a<b>", r#"{"name":"</script><b>@data@"}"#);
        assert!(page.contains("<title>a&lt;b>"), "{page}");
        assert!(page.contains(r#"{"name":"\u003c/script>\u003cb>@data@"}"#));
        assert_eq!(page.matches("</script>").count(), PAGE.matches("</script>").count());
    }
}
