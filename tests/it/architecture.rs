//! Reads the sources and fails with the sentence of the invariant that is broken.

use crate::paths::{code_and_tests, paths};
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// From left to right: a module may name only what stands before it.
const ORDER: [&str; 9] = [
    "sim",
    "stats",
    "models",
    "analyze",
    "experiment",
    "calibrate",
    "report",
    "plot",
    "cli",
];
const MAX_LINES: usize = 400;

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .expect("a source folder")
        .flatten()
        .map(|e| e.path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            // Builds of the benchmarks and the fuzz targets may lie there.
            if !path.ends_with("target") {
                sources(&path, into);
            }
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

fn sources_in(folder: &str) -> Vec<(PathBuf, String)> {
    let mut paths = Vec::new();
    sources(&Path::new(ROOT).join(folder), &mut paths);
    let read = |p: PathBuf| (p.clone(), fs::read_to_string(&p).expect("a source file"));
    paths.into_iter().map(read).collect()
}

fn all_sources() -> Vec<(PathBuf, String)> {
    let sources = sources_in("src");
    assert!(sources.len() > 30, "the sources were found");
    sources
}

fn layer(path: &Path) -> Option<usize> {
    let rest = path
        .strip_prefix(Path::new(ROOT).join("src"))
        .expect("a path below src");
    let first = rest.components().next()?.as_os_str().to_str()?;
    ORDER.iter().position(|&l| l == first)
}

/// A file's module, from the crate on: `["sim", "queue"]`.
fn module(path: &Path) -> Vec<String> {
    let rest = path
        .strip_prefix(Path::new(ROOT).join("src"))
        .expect("a path below src")
        .with_extension("");
    let parts = rest.iter().map(|p| p.to_string_lossy().into_owned());
    parts.filter(|part| part != "mod").collect()
}

/// The names within the crate that stand in a source file, in its code as well as in its `use` lines, from the crate on.
fn named(path: &Path, text: &str) -> Vec<Vec<String>> {
    // Who may see an item is no import.
    let (code, tests) = code_and_tests(&text.replace("(in crate::", "(in "));
    let own = module(path);
    // In the tests of a file `super` is the file itself.
    let inner = [&own[..], &["tests".to_owned()]].concat();
    let mut found = Vec::new();
    for (part, module) in [(code, own), (tests, inner)] {
        for used in ["crate::", "super::"]
            .map(|head| paths(&part, head))
            .concat()
        {
            let mut at = Vec::new();
            if used.starts_with("super") {
                at.clone_from(&module);
                at.pop();
            }
            for name in used.split("::").skip(1) {
                match name {
                    "super" => drop(at.pop()),
                    _ => at.push(name.to_owned()),
                }
            }
            found.push(at);
        }
    }
    found
}

/// The modules below a `mod.rs` whose items it works with; what it only passes on (`pub use`) makes no circle.
fn children_named(path: &Path, text: &str, known: &[PathBuf]) -> Vec<Vec<String>> {
    if !path.ends_with("mod.rs") {
        return Vec::new();
    }
    let own = module(path);
    let (code, _) = code_and_tests(text);
    let passed_on = |item: &&str| item.trim_start().starts_with("pub use");
    let code: String = code
        .split_inclusive(';')
        .filter(|i| !passed_on(i))
        .collect();
    let children = known.iter().map(|file| module(file));
    let children = children.filter(|m| m.len() == own.len() + 1 && m.starts_with(&own));
    children
        .filter(|child| !paths(&code, &format!("{}::", child[own.len()])).is_empty())
        .collect()
}

/// The layers that a source file names and that stand to the right of its own.
fn later_layers(path: &Path, text: &str) -> Vec<&'static str> {
    let Some(own) = layer(path) else {
        return Vec::new();
    };
    let names = named(path, text);
    let mut later = ORDER[own + 1..].to_vec();
    later.retain(|layer| {
        names
            .iter()
            .any(|name| name.first().is_some_and(|n| n == layer))
    });
    later
}

#[test]
fn knowledge_flows_one_way() {
    for (path, text) in all_sources() {
        let later = later_layers(&path, &text);
        assert!(
            later.is_empty(),
            "{}: it may not know {later:?}: sim <- models <- analyze, experiment <- calibrate <- report, plot <- cli",
            path.display(),
        );
    }
}

#[test]
fn a_forbidden_layer_is_found_in_a_group_and_behind_super() {
    let path = Path::new(ROOT).join("src/models/mutex.rs");
    let group = "use crate::{\n    report::human,\n    sim::Span,\n};\nuse super::super::{experiment::{key, keys}};\n";
    assert_eq!(later_layers(&path, group), ["experiment", "report"]);
    let tests = "\nmod tests {\n    use super::super::super::{cli, sim::Span};\n}\n";
    assert_eq!(later_layers(&path, tests), ["cli"]);
    let allowed =
        "use crate::{sim::{Instant, Span}, stats};\nuse super::super::models::{report, cli};\n";
    assert_eq!(later_layers(&path, allowed), [""; 0]);
}

#[test]
fn engine_and_statistics_know_no_kernel_word() {
    for (path, text) in all_sources()
        .into_iter()
        .filter(|(p, _)| matches!(layer(p), Some(0 | 1)))
    {
        for word in ["rcu_barrier", "grace", "fqdir", "netns", "kworker", "mutex"] {
            assert!(
                !text.to_lowercase().contains(word),
                "{}: engine and statistics know no kernel word: {word}",
                path.display()
            );
        }
    }
}

#[test]
fn models_do_not_know_statistics() {
    for (path, text) in all_sources() {
        let model = layer(&path).is_some_and(|own| ORDER[own] == "models");
        let named = named(&path, &text);
        assert!(
            !model
                || !named
                    .iter()
                    .any(|name| name.first().is_some_and(|n| n == "stats")),
            "{}: no simulation result may depend on floating point",
            path.display()
        );
    }
}

#[test]
fn each_library_has_one_door() {
    let doors = [
        ("rand", "sim/rng.rs"),
        ("rand_chacha", "sim/rng.rs"),
        ("plotters", "plot/"),
        ("clap", "cli/"),
        ("ctrlc", "cli/"),
        ("nix", "cli/record/"),
        ("parquet", "cli/sweep/parquet.rs"),
    ];
    for (path, text) in all_sources() {
        let (code, tests) = code_and_tests(&text);
        for (library, door) in doors {
            let head = format!("{library}::");
            let named = [&code, &tests]
                .iter()
                .any(|part| !paths(part, &head).is_empty());
            let inside = path.to_string_lossy().contains(door);
            assert!(
                !named || inside,
                "{}: `{library}` is named only in src/{door}",
                path.display()
            );
        }
    }
}

#[test]
fn only_the_command_line_and_the_png_encoder_touch_files() {
    for (path, text) in all_sources() {
        let cli = path.to_string_lossy().contains("/cli/") || path.ends_with("plot/mod.rs");
        let (code, tests) = code_and_tests(&text);
        let files = [code, tests].iter().any(|part| {
            let all = paths(part, "std::");
            all.iter()
                .any(|path| path == "std::fs" || path.starts_with("std::fs::"))
        });
        assert!(
            cli || !files,
            "{}: files belong to src/cli (and to the PNG encoder, which writes only to a file)",
            path.display()
        );
    }
}

#[test]
fn files_stay_readable() {
    let folders = ["src", "tests", "examples", "benches", "fuzz"];
    for (path, text) in folders.map(sources_in).concat() {
        let lines = text.lines().count();
        assert!(
            lines <= MAX_LINES,
            "{}: {lines} lines, more than {MAX_LINES}",
            path.display()
        );
    }
}

#[test]
fn nothing_cites_what_is_not_here() {
    let elsewhere = ["..", "shared"].join("/");
    let mut paths = Vec::new();
    committed(Path::new(ROOT), &mut paths);
    let mut read = 0;
    for path in paths {
        // Pictures and compressed recordings are no text.
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        read += 1;
        assert!(
            !text.contains(&elsewhere),
            "{}: the repository contains what it needs",
            path.display()
        );
    }
    assert!(read > 300, "{read} files were read");
}

/// The files of the repository but for what is built or hidden; `.ci` is not.
fn committed(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        let skipped = name == "target" || name.starts_with('.') && name != ".ci";
        if path.is_dir() && !skipped {
            committed(&path, into);
        } else if path.is_file() {
            into.push(path);
        }
    }
}

/// The files that a source file imports from.
fn imports(path: &Path, text: &str, known: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for name in [named(path, text), children_named(path, text, known)].concat() {
        let file = |len: &usize| known.iter().find(|file| module(file) == name[..*len]);
        let longest = (1..=name.len()).rev().find_map(|len| file(&len));
        found.extend(longest.filter(|&file| file != path).cloned());
    }
    found
}

/// Follows imports from `at`; the way back to a file on the way, if there is one.
fn circle(
    at: usize,
    arrows: &[Vec<usize>],
    way: &mut Vec<usize>,
    done: &mut [bool],
) -> Option<Vec<usize>> {
    if let Some(from) = way.iter().position(|&seen| seen == at) {
        return Some(way[from..].to_vec());
    }
    if done[at] {
        return None;
    }
    way.push(at);
    let found = arrows[at]
        .iter()
        .find_map(|&next| circle(next, arrows, way, done));
    way.pop();
    done[at] = true;
    found
}

#[test]
fn no_import_goes_in_a_circle() {
    let sources = all_sources();
    let known: Vec<PathBuf> = sources.iter().map(|(path, _)| path.clone()).collect();
    let number = |path: &PathBuf| known.iter().position(|k| k == path).expect("a known file");
    let arrows: Vec<Vec<usize>> = sources
        .iter()
        .map(|(path, text)| imports(path, text, &known).iter().map(number).collect())
        .collect();
    assert!(
        arrows.iter().map(Vec::len).sum::<usize>() > 100,
        "the imports were read"
    );
    let mut done = vec![false; known.len()];
    for at in 0..known.len() {
        if let Some(way) = circle(at, &arrows, &mut Vec::new(), &mut done) {
            let names: Vec<_> = way
                .iter()
                .map(|&i| known[i].display().to_string())
                .collect();
            panic!("no import goes in a circle: {}", names.join(" -> "));
        }
    }
}

/// Words in backticks of the form `file::test`.
fn tests_named(text: &str) -> Vec<(String, String)> {
    let part = |text: &str| {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        !text.is_empty() && text.chars().all(plain)
    };
    let quoted = text.split('`').skip(1).step_by(2);
    let pairs = quoted.filter_map(|word| word.split_once("::"));
    let tests = pairs.filter(|(file, test)| part(file) && part(test));
    tests
        .map(|(file, test)| (file.to_owned(), test.to_owned()))
        .collect()
}

#[test]
fn every_test_that_a_document_names_is_there() {
    let mut files = all_sources();
    let mut paths = Vec::new();
    sources(&Path::new(ROOT).join("tests/it"), &mut paths);
    let read = |p: PathBuf| (p.clone(), fs::read_to_string(&p).expect("a test file"));
    files.extend(paths.into_iter().map(read));
    for (document, section, least) in [
        ("ARCHITECTURE.md", "## Invariants", 30),
        ("docs/model.md", "## How we know", 15),
    ] {
        let text = fs::read_to_string(Path::new(ROOT).join(document)).expect("a document");
        let start = text.find(section).expect("the section is there") + section.len();
        let end = text[start..]
            .find("\n## ")
            .map_or(text.len(), |at| start + at);
        let named = tests_named(&text[start..end]);
        assert!(named.len() >= least, "{document} names {}", named.len());
        for (file, test) in named {
            let there = files.iter().any(|(path, code)| {
                let is_file = path.file_stem().is_some_and(|stem| stem == file.as_str());
                is_file && code.contains(&format!("fn {test}("))
            });
            assert!(
                there,
                "{document} names `{file}::{test}`, which is not there"
            );
        }
    }
}
