//! From a name or a path to a scenario.

use super::kernel::KernelArgs;
use super::output;
use super::typed::{Typed, parts};
use crate::experiment::axis::Axis;
use crate::experiment::key::Key;
use crate::experiment::{Scenario, nearest};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Largest scenario file \[bytes\].
const LARGEST: u64 = 1 << 20;

/// A builtin scenario or a file.
pub(super) fn scenario(name: &str) -> Result<Scenario, String> {
    if let Some(scenario) = Scenario::builtin(name) {
        return Ok(scenario);
    }
    let path = Path::new(name);
    let looks_like_a_file = name.contains(['/', '.', '\\']) || path.exists();
    if !looks_like_a_file {
        let names: Vec<_> = Scenario::builtin_names().collect();
        if let Some((own, sets)) = name.split_once(',')
            && sets.contains('=')
            && Scenario::builtin(own).is_some()
        {
            return Err(format!(
                "no scenario `{name}`; did you mean `{own}:{sets}`?"
            ));
        }
        let near = nearest(name, Scenario::builtin_names())
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return Err(format!(
            "no scenario `{name}` (there are {}){near}",
            names.join(", ")
        ));
    }
    let text = read(path).map_err(|why| format!("cannot read scenario {name}: {why}"))?;
    Scenario::parse_all(name, &text).map_err(|errors| {
        let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
        told.join("\nerror: ")
    })
}

/// The text of a small file.
pub(super) fn text(path: &Path) -> Result<String, String> {
    read(path).map_err(|why| format!("cannot read {}: {why}", path.display()))
}

fn read(path: &Path) -> Result<String, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    if file.metadata().is_ok_and(|meta| meta.is_dir()) {
        return Err("it is a directory".to_owned());
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LARGEST) {
        return Err("it is larger than 1 MiB".to_owned());
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        format!("it is not UTF-8 text (byte {at})")
    })
}

/// `NAME` or `NAME:KEY=VALUE,KEY=VALUE`, and the machine and the kernel under it.
pub(super) fn with_sets(
    text: &str,
    machine: Option<&Scenario>,
    kernel: &KernelArgs,
) -> Result<Scenario, String> {
    kernel.announce()?;
    let mut scenario = on_machine(text, machine, kernel)?;
    if let Some(machine) = machine {
        scenario.grow(machine);
    }
    checked(&scenario)?;
    Ok(scenario)
}

/// Refuses values that contradict each other, and says which have no effect.
pub(super) fn checked(scenario: &Scenario) -> Result<(), String> {
    scenario.validate().map_err(|error| error.to_string())?;
    say_ineffective(scenario);
    Ok(())
}

/// Says on stderr which values have no effect beside others, which profile a release in a file is taken for, and which values of
/// files a profile left alone.
pub(super) fn say_ineffective(scenario: &Scenario) {
    for note in scenario.ineffective() {
        output::stderr(&format!("note: {}: {note}\n", scenario.name));
    }
    say(scenario.release().map(str::to_owned));
    say(scenario.stays());
}

/// The same on another machine, if one is given; the values of `text` are set on that and on the kernel's profile. Not
/// validated yet.
pub(super) fn on_machine(
    text: &str,
    machine: Option<&Scenario>,
    kernel: &KernelArgs,
) -> Result<Scenario, String> {
    let mut typed = Typed::new(Some(text), None);
    kernel.typed(&mut typed);
    typed.check()?;
    let (name, sets) = parts(text);
    let mut scenario = scenario(name)?;
    if let Some(machine) = machine {
        scenario.on(machine);
    }
    kernel.apply(&mut scenario)?;
    for set in sets.split(',').filter(|set| !set.is_empty()) {
        apply(&mut scenario, set)?;
    }
    Ok(scenario)
}

/// `KEY=VALUE`.
pub(super) fn apply(scenario: &mut Scenario, set: &str) -> Result<(), String> {
    let Some((key, value)) = set.split_once('=') else {
        return Err(format!("`{set}` is not KEY=VALUE, such as machine.cpus=4"));
    };
    scenario
        .set(key.trim(), value)
        .map_err(|error| error.to_string())?;
    if let Ok(key) = Key::find(key.trim()) {
        say_note(key, value);
    }
    Ok(())
}

/// An axis, `KEY=VALUES`.
pub(super) fn axis(text: &str) -> Result<Axis, String> {
    let axis = Axis::parse(text).map_err(|why| format!("-P {why}"))?;
    for value in axis.spec.split(',') {
        say_note(axis.key, value);
    }
    Ok(axis)
}

/// Says on stderr which values of files the profiles of an axis of kernels leave alone.
pub(super) fn say_stays_of_axes(base: &Scenario, axes: &[Axis]) {
    for axis in axes.iter().filter(|axis| axis.key.is_profile()) {
        let values = (0..axis.len()).map(|at| axis.value(at));
        say(values.flat_map(|raw| base.stays_with(axis.key, raw)));
    }
}

fn say(notes: impl IntoIterator<Item = String>) {
    for note in notes {
        output::stderr(&format!("note: {note}\n"));
    }
}

/// Says on stderr what there is to say of a value that stands for another.
fn say_note(key: &Key, value: &str) {
    if let Some(note) = key.note(value) {
        let value = value.trim();
        output::stderr(&format!("note: {}={value}: {note}\n", key.path));
    }
}

/// `--set KEY=VALUE`.
pub(super) fn apply_option(scenario: &mut Scenario, set: &str) -> Result<(), String> {
    let parts: Vec<&str> = set.split(',').collect();
    if parts.len() > 1 && parts.iter().all(|part| part.contains('=')) {
        let each = parts.join(" --set ");
        return Err(format!(
            "--set {set}: give each its own --set: --set {each}"
        ));
    }
    apply(scenario, set).map_err(|why| format!("--set {why}"))
}
