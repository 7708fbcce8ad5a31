//! What to type instead of a flag that there is not, where it has the name of a scenario's key.

use crate::experiment::key::Key;
use crate::experiment::keys::KEYS;
use clap::Command;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

/// The error with a tip in the place of clap's own, if the flag has a key's name; `words` are the arguments as they were
/// typed, without the program's name.
pub(super) fn with_tip(mut error: Error, mut all: Command, words: &[String]) -> Error {
    let flag = error.get(ContextKind::InvalidArg).map(ToString::to_string);
    let (ErrorKind::UnknownArgument, Some(flag)) = (error.kind(), flag) else {
        return error;
    };
    // `cpus=32` without a flag is as good as `--cpus 32`.
    let bare = flag.split_once('=').filter(|_| !flag.starts_with('-'));
    let name = bare.map_or(flag.trim_start_matches('-'), |(name, _)| name);
    let paths = keys(name);
    if paths.is_empty() {
        return error;
    }
    all.build();
    let mut known = words.first().and_then(|word| all.find_subcommand_mut(word));
    let value = bare.map_or_else(|| value(&flag, words), |(_, value)| value.to_owned());
    let how = paths.iter().map(|path| set(known.as_deref(), path, &value));
    let Some(how) = how.collect::<Option<Vec<_>>>() else {
        return error;
    };
    let typed = if bare.is_some() { name } else { &flag };
    let tip = format!("{typed} is a key of the scenario: use {}", how.join(" or "));
    error.remove(ContextKind::SuggestedArg);
    let tip = ContextValue::StyledStrs(vec![StyledStr::from(tip)]);
    error.insert(ContextKind::Suggested, tip);
    if let Some(command) = &mut known {
        let usage = ContextValue::StyledStr(command.render_usage());
        error.insert(ContextKind::Usage, usage);
    }
    error
}

/// The shortest names of the keys that a flag may stand for; a flag has dashes where a key has underscores.
fn keys(flag: &str) -> Vec<&'static str> {
    let name = flag.replace('-', "_");
    let last = |path: &'static str| path.rsplit('.').next().unwrap_or(path);
    let paths = KEYS.iter().map(|key| key.path);
    let paths = paths.filter(|path| *path == name || last(path) == name);
    let short = |path| match Key::find(last(path)) {
        Ok(_) => last(path),
        Err(_) => path,
    };
    paths.map(short).collect()
}

/// What was given to the flag.
fn value(flag: &str, words: &[String]) -> String {
    let mut words = words.iter().skip_while(|word| !word.starts_with(flag));
    let own = words.next().and_then(|word| word.split_once('='));
    let value = own.map(|(_, value)| value);
    let next = words.next().filter(|word| !word.starts_with('-'));
    let value = value.or(next.map(String::as_str));
    value.unwrap_or("VALUE").to_owned()
}

/// How a command takes a key's value, if it takes any.
fn set(command: Option<&Command>, path: &str, value: &str) -> Option<String> {
    let Some(command) = command else {
        return Some(format!("rcusim run --set {path}={value}"));
    };
    let takes = |id: &str| command.get_arguments().any(|arg| arg.get_id() == id);
    takes("sets").then(|| format!("--set {path}={value}"))
}
