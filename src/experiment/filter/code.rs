//! What a filter became: names resolved, units checked, ready to be asked about a run's inputs.

use super::lex::per_1000_s;
use super::quantity::Ratio;
use crate::experiment::key::Key;
use crate::models::params::Params;
use std::cmp::Ordering;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Arith {
    Plus,
    Minus,
    Times,
    Over,
}

/// An expression. Numbers are exact, in nanoseconds, bytes and events per nanosecond.
#[derive(Clone, Debug)]
pub(super) enum Code {
    Truth(bool),
    Number(Ratio),
    /// A number but a rate, or a choice's index.
    Key(&'static Key),
    Rate(&'static Key),
    Flag(&'static Key),
    /// A key of names has the value with this index.
    Is(&'static Key, u64),
    Negate(Box<Self>),
    Arith(Arith, Box<Self>, Box<Self>),
    Compare(&'static [Ordering], Box<Self>, Box<Self>),
    /// Two truths are alike (or not).
    Same(bool, Box<Self>, Box<Self>),
    Not(Box<Self>),
    Both(Box<Self>, Box<Self>),
    Either(Box<Self>, Box<Self>),
}

/// Why there is no answer.
const INEXACT: &str = "a division by zero, or numbers too large to be exact";

impl Code {
    /// Whether the condition holds.
    pub(super) fn holds(&self, p: &Params) -> Result<bool, &'static str> {
        Ok(match self {
            Self::Truth(truth) => *truth,
            Self::Flag(key) => (key.get)(p) == 1,
            Self::Is(key, index) => (key.get)(p) == *index,
            Self::Not(inner) => !inner.holds(p)?,
            Self::Both(left, right) => left.holds(p)? && right.holds(p)?,
            Self::Either(left, right) => left.holds(p)? || right.holds(p)?,
            Self::Same(alike, left, right) => (left.holds(p)? == right.holds(p)?) == *alike,
            Self::Compare(accepted, left, right) => {
                let order = left.number(p)?.compare(right.number(p)?).ok_or(INEXACT)?;
                accepted.contains(&order)
            }
            Self::Number(_) | Self::Key(_) | Self::Rate(_) | Self::Negate(_) | Self::Arith(..) => {
                unreachable!("the checker lets only conditions stand where one is expected")
            }
        })
    }

    fn number(&self, p: &Params) -> Result<Ratio, &'static str> {
        match self {
            Self::Number(value) => Some(*value),
            Self::Key(key) => Some(Ratio::whole((key.get)(p))),
            Self::Rate(key) => per_1000_s((key.get)(p)),
            Self::Negate(inner) => inner.number(p)?.negated(),
            Self::Arith(how, left, right) => {
                let (left, right) = (left.number(p)?, right.number(p)?);
                match how {
                    Arith::Plus => left.plus(right),
                    Arith::Minus => right.negated().and_then(|right| left.plus(right)),
                    Arith::Times => left.times(right),
                    Arith::Over if right.is_zero() => None,
                    Arith::Over => left.over(right),
                }
            }
            _ => unreachable!("the checker lets only numbers stand where one is expected"),
        }
        .ok_or(INEXACT)
    }
}
