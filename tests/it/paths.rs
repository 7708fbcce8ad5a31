//! The paths that stand in a source's code, with groups of imports opened.

/// A source without the lines that are comments, cut where its tests begin.
pub(crate) fn code_and_tests(text: &str) -> (String, String) {
    let (code, tests) = match text.find("\nmod tests {") {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let without_comments = |part: &str| -> String {
        let lines = part.lines().filter(|l| !l.trim_start().starts_with("//"));
        lines.flat_map(|line| [line, "\n"]).collect()
    };
    (without_comments(code), without_comments(tests))
}

/// Every path in a piece of code that begins with `head`, such as `crate::`; `a::{b::c, d}` is two, `a::b::c` and `a::d`.
pub(crate) fn paths(code: &str, head: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices(head) {
        let before = code[..at].chars().next_back();
        if !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            open(&code[at..], "", &mut found);
        }
    }
    found
}

/// Takes the path, or the group of paths, at the start of `code`, each with `prefix` before it; what is left of `code`.
fn open<'a>(code: &'a str, prefix: &str, found: &mut Vec<String>) -> &'a str {
    let is_path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let (own, rest) = code.split_at(code.find(|c| !is_path(c)).unwrap_or(code.len()));
    let path = format!("{prefix}{own}");
    if !path.ends_with("::") || !rest.starts_with('{') {
        let whole = path.trim_end_matches("::self").trim_end_matches(':');
        found.push(whole.to_owned());
        return rest;
    }
    let mut rest = rest[1..].trim_start();
    while !rest.is_empty() && !rest.starts_with('}') {
        // A glob's star or ` as another_name` may stand behind the path.
        rest = open(rest, &path, found).trim_start_matches(|c| c != ',' && c != '}');
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    rest.strip_prefix('}').unwrap_or(rest)
}

#[test]
fn groups_are_opened() {
    let code = "use a::{b::{c, d::*, self}, e as f,\n    g::h,};\nfn i(j: &a::k::L<a::M>, n: ba::o, p: q::a::r) {}";
    let all = [
        "a::b::c", "a::b::d", "a::b", "a::e", "a::g::h", "a::k::L", "a::M",
    ];
    assert_eq!(paths(code, "a::"), all);
    let text =
        "// use a::b;\nuse a::c;\n    /// [`a::d`]\n#[cfg(test)]\nmod tests {\n    use a::e;\n}\n";
    let (code, tests) = code_and_tests(text);
    assert_eq!(paths(&code, "a::"), ["a::c"]);
    assert_eq!(paths(&tests, "a::"), ["a::e"]);
}
