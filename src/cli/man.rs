//! `rcusim man` and `rcusim completions`: from the same declarations as the help.

use super::exit::Done;
use super::output;
use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;

/// Shown below the options of `rcusim man`.
pub(super) const MAN: &str = "\
Examples:
  rcusim man | man -l -
  rcusim man sweep > rcusim-sweep.1";

/// Shown below the options of `rcusim completions`.
pub(super) const COMPLETIONS: &str = "\
Examples:
  rcusim completions bash > ~/.local/share/bash-completion/completions/rcusim
  rcusim completions zsh > ~/.zfunc/_rcusim
  rcusim completions fish > ~/.config/fish/completions/rcusim.fish";

#[derive(clap::Args, Debug)]
pub(super) struct ManArgs {
    /// The command to describe; without one, rcusim itself
    command: Option<String>,
}

#[derive(clap::Args, Debug)]
pub(super) struct CompletionsArgs {
    /// The shell to write for
    shell: Shell,
}

/// `rcusim man`: a page in roff about the program or one of its commands.
pub(super) fn man(args: &ManArgs, mut program: Command) -> Result<Done, String> {
    program.build();
    let page = match &args.command {
        None => program,
        Some(name) => found(&program, name)?.clone(),
    };
    let mut roff = Vec::new();
    let rendered = Man::new(page).render(&mut roff);
    rendered.expect("memory takes all that is written");
    print(roff)
}

fn found<'a>(program: &'a Command, name: &str) -> Result<&'a Command, String> {
    program.find_subcommand(name).ok_or_else(|| {
        let names: Vec<_> = program.get_subcommands().map(Command::get_name).collect();
        format!("no command `{name}` (there are {})", names.join(", "))
    })
}

/// `rcusim completions`: a script for a shell.
pub(super) fn completions(args: &CompletionsArgs, mut program: Command) -> Result<Done, String> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, "rcusim", &mut script);
    print(script)
}

fn print(bytes: Vec<u8>) -> Result<Done, String> {
    let text = String::from_utf8(bytes).expect("our names and help are UTF-8");
    output::stdout(&text)?;
    Ok(Done::Ran)
}
