//! What one input is: its name, unit, range, default and provenance.

use super::names::nearest;
use super::release;
use super::units::Unit;
use crate::models::params::Params;

/// Where a value comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Provenance {
    /// A constant of the kernel's source, or a consequence of one.
    Source,
    /// Said in the mail thread of December 2020.
    Reported,
    /// Taken from a recording.
    Measured,
    /// Plausible; nobody measured it.
    Assumed,
    /// Set by whoever runs it, who did not say where it is from: in a file or on the command line.
    Given,
}

impl Provenance {
    /// Every provenance.
    pub const ALL: &'static [Self] = &[
        Self::Source,
        Self::Reported,
        Self::Measured,
        Self::Assumed,
        Self::Given,
    ];

    /// The name used in scenarios.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Reported => "reported",
            Self::Measured => "measured",
            Self::Assumed => "assumed",
            Self::Given => "given",
        }
    }

    /// The provenance with that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|p| p.name() == text)
    }
}

/// What a key's value looks like.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A number with a unit.
    Number(Unit),
    /// `true` (1) or `false` (0).
    Flag,
    /// One of some names; the value is the index.
    Names(fn(usize) -> Option<&'static str>),
}

/// One input. Values are raw: nanoseconds, bytes, events per 1,000 seconds, 0 or 1, or an index.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Dotted path.
    pub path: &'static str,
    /// What it looks like.
    pub kind: Kind,
    /// Smallest value allowed, raw.
    pub min: u64,
    /// Largest value allowed, raw.
    pub max: u64,
    /// What it means.
    pub doc: &'static str,
    /// The default as written in a scenario.
    pub default: &'static str,
    /// Where the default is from.
    pub provenance: Provenance,
    /// The same as a sentence.
    pub source: &'static str,
    /// Plausible range of an assumed number, as written in a scenario.
    pub plausible: Option<(&'static str, &'static str)>,
    /// Reads the raw value.
    pub get: fn(&Params) -> u64,
    /// Writes the raw value.
    pub set: fn(&mut Params, u64),
}

/// What to take instead of something that kernels have and this model does not.
fn not_modelled(path: &str, text: &str) -> Option<&'static str> {
    match (path, text) {
        ("machine.preempt", "lazy") => Some(
            "lazy preemption (CONFIG_PREEMPT_LAZY, 6.13) lets a task in the kernel go on until a later tick; take \
             `voluntary` and `full` for what lies on either side of it",
        ),
        ("machine.preempt", "rt") => Some("real-time preemption; `full` is the nearest"),
        ("machine.preempt", "dynamic") => {
            Some("what was chosen at boot (preempt=) counts: none, voluntary or full")
        }
        _ => None,
    }
}

impl Key {
    /// All names of a key of names.
    pub fn names(&self) -> Vec<&'static str> {
        match self.kind {
            Kind::Names(nth) => (0..).map_while(nth).collect(),
            Kind::Number(_) | Kind::Flag => Vec::new(),
        }
    }

    /// Reads a value and checks its range; the message says what was expected.
    pub fn parse(&self, text: &str) -> Result<u64, String> {
        let value = match self.kind {
            Kind::Number(unit) => unit.parse(text)?,
            Kind::Flag => match text {
                "true" | "on" => 1,
                "false" | "off" => 0,
                _ => return Err(format!("`{text}` is not `true` or `false`")),
            },
            Kind::Names(nth) => {
                let found = (0_u64..)
                    .zip((0..).map_while(nth))
                    .find(|(_, name)| *name == text);
                let Some((index, _)) = found else {
                    if let Some(profile) = release::named(text).filter(|_| self.is_profile()) {
                        let profile = profile.map_err(|why| format!("`{text}` is {why}"))?;
                        return self.parse(profile.name());
                    }
                    if let Some(why) = not_modelled(self.path, text) {
                        return Err(format!("`{text}` is not modelled: {why}"));
                    }
                    let names = self.names();
                    let near = nearest(text, names.iter().copied())
                        .map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
                    return Err(format!("`{text}` is not one of {}{near}", names.join(", ")));
                };
                index
            }
        };
        if (self.min..=self.max).contains(&value) {
            return Ok(value);
        }
        let (min, max) = (self.format(self.min), self.format(self.max));
        Err(format!(
            "`{text}` is out of range: {} takes {min} to {max}",
            self.path
        ))
    }

    /// What there is to say of a value that stands for another: of a kernel's release without a profile of its own.
    pub fn note(&self, text: &str) -> Option<String> {
        release::note(text.trim()).filter(|_| self.is_profile())
    }

    /// Writes a raw value as in a scenario, without quotes.
    ///
    /// # Panics
    /// If the value is not one of the key's.
    pub fn format(&self, value: u64) -> String {
        match self.kind {
            Kind::Number(unit) => unit.format(value),
            Kind::Flag => (value == 1).to_string(),
            Kind::Names(nth) => usize::try_from(value)
                .ok()
                .and_then(nth)
                .expect("a stored value is the index of a name")
                .to_owned(),
        }
    }

    /// Writes a raw value as TOML.
    ///
    /// # Panics
    /// If the value is not one of the key's.
    pub fn toml(&self, value: u64) -> String {
        let text = self.format(value);
        match self.kind {
            Kind::Number(Unit::Count) | Kind::Flag => text,
            Kind::Number(_) | Kind::Names(_) => format!("\"{text}\""),
        }
    }
}
