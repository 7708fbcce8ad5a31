//! Every `rcusim` command shown in the documents runs.

use crate::support::folder;
use std::fs;
use std::process::Command;

fn commands(text: &str) -> Vec<Vec<String>> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if inside && let Some(command) = line.strip_prefix("$ ") {
            found.push(words(command).unwrap_or_else(|why| panic!("`{command}`: {why}")));
        }
    }
    found
}

/// The words of a command as a shell takes them; none of a line that it would take for more than one command.
pub(crate) fn words(command: &str) -> Result<Vec<String>, String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in command.chars() {
        let word = words.last_mut().expect("never empty");
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '<' | '>' | '&' | '|' | ';') => {
                return Err(format!("a shell takes `{c}` for itself; quote it"));
            }
            (None, ' ') if word.is_empty() => {}
            (None, ' ') => words.push(String::new()),
            (_, c) => word.push(c),
        }
    }
    match quote {
        Some(open) => Err(format!("{open} is not closed")),
        None => Ok(words.into_iter().filter(|word| !word.is_empty()).collect()),
    }
}

#[test]
fn what_a_shell_takes_for_itself_is_quoted() {
    let plain = words("rcusim run --expect 'a < 1' -P cpus=2..8:*2").map(|words| words.join("|"));
    assert_eq!(
        plain.as_deref(),
        Ok("rcusim|run|--expect|a < 1|-P|cpus=2..8:*2")
    );
    for command in [
        "rcusim run --expect a<1",
        "rcusim run > a",
        "rcusim run &",
        "rcusim 'run",
    ] {
        assert!(words(command).is_err(), "{command}");
    }
}

#[test]
fn commands_in_the_documents_run() {
    let mut tried = 0;
    for name in [
        "README.md",
        "docs/command-line.md",
        "docs/model.md",
        "docs/determinism.md",
        "docs/destroy.md",
        "docs/scale.md",
        "docs/validation.md",
        "docs/measured.md",
        "docs/statistics.md",
        "docs/record.md",
        "docs/trace.md",
        "plots/README.md",
        "tests/data/README.md",
    ] {
        let path = format!("{}/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = fs::read_to_string(&path).expect("a document");
        for words in commands(&text) {
            let arguments = match words[0].as_str() {
                "rcusim" if words[1] == "record" && !cfg!(target_os = "linux") => continue,
                "rcusim" => &words[1..],
                "cargo" if words[1] == "run" => {
                    assert_eq!(
                        words[2], "--release",
                        "{name}: the main job is shown in release mode"
                    );
                    words.get(4..).unwrap_or(&[])
                }
                "cargo" => continue,
                other => panic!("{name}: `{other}` is not a command that this test knows"),
            };
            let output = Command::new(env!("CARGO_BIN_EXE_rcusim"))
                .args(arguments)
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .output()
                .expect("the program starts");
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(
                output.status.success(),
                "{name}: `{}` failed: {stderr}",
                words.join(" ")
            );
            tried += 1;
        }
    }
    assert!(tried >= 5, "the documents show commands");
}

/// The scenario file of docs/command-line.md holds what it expects.
#[test]
fn the_document_s_scenario_keeps_its_expectations() {
    let folder = folder("expectations");
    let document = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/command-line.md"));
    let document = document.expect("a document");
    let file = document.split("```toml\n").nth(1).expect("a scenario file");
    let file = file.split("```").next().expect("it ends");
    assert!(file.contains("[expect]"), "{file}");
    let path = folder.join("mine.toml");
    fs::write(&path, file).expect("writable");
    let run = Command::new(env!("CARGO_BIN_EXE_rcusim"))
        .arg("run")
        .arg(&path)
        .output();
    let run = run.expect("the program starts");
    let shown = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{shown}");
}
