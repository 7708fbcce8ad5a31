//! Help, completions and manual pages: made from the same declarations, so they must say the same.

use crate::support::{rcusim, refused, text};
use std::process::Command;

/// Every command, as `rcusim --help` lists them.
pub(crate) fn commands() -> Vec<String> {
    let help = text(&rcusim(&["--help"]).stdout);
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names: Vec<String> = list
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect();
    assert!(names.len() >= 12, "{names:?}");
    names
}

#[test]
fn every_command_shows_its_own_examples() {
    for name in commands() {
        let output = rcusim(&[&name, "--help"]);
        assert_eq!(output.status.code(), Some(0), "{name}");
        let help = text(&output.stdout);
        let (_, examples) = help.split_once("Examples:\n").unwrap_or_default();
        let own = examples
            .lines()
            .filter(|line| line.starts_with("  ") && line.contains(&format!("rcusim {name}")))
            .count();
        assert!(own >= 1, "{name} has no example of its own:\n{help}");
    }
}

#[test]
fn help_is_grouped_and_names_the_exit_codes() {
    let help = |args: &[&str]| text(&rcusim(args).stdout);
    for (command, headings) in [
        ("run", &["Scenario:", "Output:"][..]),
        ("compare", &["Repetition:", "Output:"]),
        ("sweep", &["Scenario:", "Grid:", "Running:", "Output:"]),
    ] {
        let shown = help(&[command, "--help"]);
        for heading in headings {
            let found = shown.lines().any(|line| line == *heading);
            assert!(found, "{command} --help without {heading}\n{shown}");
        }
    }
    let top = help(&["--help"]);
    let (_, codes) = top.split_once("Exit codes:\n").expect("exit codes");
    let found: Vec<_> = codes
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(found, ["0", "1", "2", "130"]);
}

#[test]
fn each_shell_completes_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = rcusim(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        let script = text(&output.stdout);
        for name in commands() {
            assert!(script.contains(&name), "{shell}: no {name}");
        }
        // fish names a long option without its dashes: `-l policy`.
        let option = if shell == "fish" {
            "-l policy"
        } else {
            "--policy"
        };
        assert!(script.contains(option), "{shell}: no options");
    }
    refused(&["completions", "tcsh"], "tcsh");
}

#[test]
fn every_command_has_a_manual_page() {
    let page = |args: &[&str]| {
        let output = rcusim(args);
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        text(&output.stdout)
    };
    let top = page(&["man"]);
    assert!(top.contains(".TH rcusim 1"), "{top}");
    for name in commands() {
        assert!(
            top.contains(&format!("rcusim\\-{name}(1)")),
            "{name} is not in rcusim(1)"
        );
        let own = page(&["man", &name]);
        assert!(own.contains(&format!(".TH rcusim-{name} 1")), "{own}");
        assert!(own.contains("Examples:"), "{name}: no examples");
    }
    refused(&["man", "nonsense"], "no command `nonsense`");
}

/// `CLICOLOR_FORCE` stands for a terminal, which a test has none of.
#[test]
fn no_color_is_respected() {
    let shown = |no_color: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rcusim"));
        command
            .args(["run", "--polcy"])
            .env("CLICOLOR_FORCE", "1")
            .env_remove("NO_COLOR");
        if let Some(value) = no_color {
            command.env("NO_COLOR", value);
        }
        text(&command.output().expect("the binary starts").stderr)
    };
    assert!(
        shown(None).contains('\x1b'),
        "colours where there is a terminal"
    );
    assert!(!shown(Some("1")).contains('\x1b'), "{}", shown(Some("1")));
}
