//! A tree to code, with every name resolved and every unit checked.

use super::code::{Arith, Code};
use super::lex::Fault;
use super::parse::{Node, Tree};
use super::quantity::Dimension;
use crate::experiment::key::{Key, Kind};
use crate::experiment::names::nearest;
use crate::experiment::units::Unit;
use std::cmp::Ordering;
use std::ops::Range;

/// What an expression stands for.
enum Type {
    Truth,
    Number(Dimension),
    /// A key whose value is one of some names.
    Choice(&'static Key),
}

impl Type {
    fn name(&self) -> String {
        match self {
            Self::Truth => "true or false".to_owned(),
            Self::Number(dimension) => dimension.name(),
            Self::Choice(key) => format!("one of {}", key.names().join(", ")),
        }
    }
}

/// The code of an expression that is true or false.
pub(super) fn condition(tree: &Tree) -> Result<Code, Fault> {
    let (code, found) = code(tree)?;
    match found {
        Type::Truth => Ok(code),
        other => {
            let name = other.name();
            let why = format!("this is {name}; a condition is expected, such as machine.cpus < 40");
            Err((tree.span.clone(), why))
        }
    }
}

fn code(tree: &Tree) -> Result<(Code, Type), Fault> {
    match &tree.node {
        Node::Number(value, dimension) => Ok((Code::Number(*value), Type::Number(*dimension))),
        Node::Name(name) => named(name, &tree.span),
        Node::Quoted(text) => {
            let why = format!("\"{text}\" is compared with no key that takes names");
            Err((tree.span.clone(), why))
        }
        Node::Not(inner) => Ok((Code::Not(Box::new(condition(inner)?)), Type::Truth)),
        Node::Negate(inner) => {
            let (code, dimension) = number(inner)?;
            Ok((Code::Negate(Box::new(code)), Type::Number(dimension)))
        }
        Node::Pair("&&", left, right) => {
            let both = (Box::new(condition(left)?), Box::new(condition(right)?));
            Ok((Code::Both(both.0, both.1), Type::Truth))
        }
        Node::Pair("||", left, right) => {
            let either = (Box::new(condition(left)?), Box::new(condition(right)?));
            Ok((Code::Either(either.0, either.1), Type::Truth))
        }
        Node::Pair(operator @ ("+" | "-" | "*" | "/"), left, right) => {
            arithmetic(operator, left, right)
        }
        Node::Pair(operator, left, right) => Ok((relation(operator, left, right)?, Type::Truth)),
    }
}

fn named(name: &str, span: &Range<usize>) -> Result<(Code, Type), Fault> {
    if let "true" | "false" = name {
        return Ok((Code::Truth(name == "true"), Type::Truth));
    }
    let key = Key::find(name).map_err(|why| {
        let minus = name
            .split_once('-')
            .is_some_and(|(left, _)| Key::find(left).is_ok());
        let hint = if minus {
            " (a minus needs a space before it)"
        } else {
            ""
        };
        (span.clone(), format!("{why}{hint}"))
    })?;
    let dimension = match key.kind {
        Kind::Flag => return Ok((Code::Flag(key), Type::Truth)),
        Kind::Names(_) => return Ok((Code::Key(key), Type::Choice(key))),
        Kind::Number(Unit::Rate) => return Ok((Code::Rate(key), Type::Number(Dimension::RATE))),
        Kind::Number(Unit::Count) => Dimension::NONE,
        Kind::Number(Unit::Time) => Dimension::TIME,
        Kind::Number(Unit::Bytes) => Dimension::BYTES,
    };
    Ok((Code::Key(key), Type::Number(dimension)))
}

fn number(tree: &Tree) -> Result<(Code, Dimension), Fault> {
    match code(tree)? {
        (code, Type::Number(dimension)) => Ok((code, dimension)),
        (_, other) => {
            let why = format!("this is {}; a number is expected", other.name());
            Err((tree.span.clone(), why))
        }
    }
}

fn arithmetic(operator: &str, left: &Tree, right: &Tree) -> Result<(Code, Type), Fault> {
    let ((a, a_dim), (b, b_dim)) = (number(left)?, number(right)?);
    let (how, dimension) = match operator {
        "*" => (Arith::Times, a_dim.times(b_dim)),
        "/" => (Arith::Over, a_dim.over(b_dim)),
        sum => {
            same(a_dim, b_dim, right)?;
            (
                if sum == "+" {
                    Arith::Plus
                } else {
                    Arith::Minus
                },
                a_dim,
            )
        }
    };
    Ok((
        Code::Arith(how, Box::new(a), Box::new(b)),
        Type::Number(dimension),
    ))
}

fn same(left: Dimension, right: Dimension, at: &Tree) -> Result<(), Fault> {
    if left == right {
        return Ok(());
    }
    let hint = match (left, right) {
        (Dimension::TIME, Dimension::NONE) => "; write its unit, such as 20ms",
        (Dimension::RATE, Dimension::NONE) => "; write its unit, such as 417/s",
        (Dimension::BYTES, Dimension::NONE) => "; write its unit, such as 512MB",
        _ => "",
    };
    let why = format!(
        "this is {}, what stands before it is {}{hint}",
        right.name(),
        left.name()
    );
    Err((at.span.clone(), why))
}

fn relation(operator: &str, left: &Tree, right: &Tree) -> Result<Code, Fault> {
    let equal = match operator {
        "==" => Some(true),
        "!=" => Some(false),
        _ => None,
    };
    if let Some(equal) = equal {
        let chosen = choice(left, right)?.map_or_else(|| choice(right, left), |c| Ok(Some(c)))?;
        if let Some((key, index)) = chosen {
            let is = Code::Is(key, index);
            return Ok(if equal { is } else { Code::Not(Box::new(is)) });
        }
    }
    let ((a, a_type), (b, b_type)) = (code(left)?, code(right)?);
    match (a_type, b_type, equal) {
        (Type::Number(a_dim), Type::Number(b_dim), _) => {
            same(a_dim, b_dim, right)?;
            Ok(Code::Compare(accepted(operator), Box::new(a), Box::new(b)))
        }
        (Type::Truth, Type::Truth, Some(equal)) => Ok(Code::Same(equal, Box::new(a), Box::new(b))),
        (a_type, b_type, _) => {
            let (a, b) = (a_type.name(), b_type.name());
            let span = left.span.start..right.span.end;
            Err((span, format!("`{operator}` cannot compare {a} with {b}")))
        }
    }
}

/// `key` is a key of names and `value` the name of one of its values.
fn choice(key: &Tree, value: &Tree) -> Result<Option<(&'static Key, u64)>, Fault> {
    let Node::Name(path) = &key.node else {
        return Ok(None);
    };
    let Some(key) = Key::find(path)
        .ok()
        .filter(|key| matches!(key.kind, Kind::Names(_)))
    else {
        return Ok(None);
    };
    let (Node::Name(name) | Node::Quoted(name)) = &value.node else {
        return Ok(None);
    };
    let names = key.names();
    if let Some(at) = names.iter().position(|known| known == name) {
        let index = u64::try_from(at).expect("an index fits in 64 bits");
        return Ok(Some((key, index)));
    }
    let near = nearest(name, names.iter().copied())
        .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    let why = format!("{} takes {}{near}", key.path, names.join(", "));
    Err((value.span.clone(), why))
}

/// The orders for which `operator` holds.
fn accepted(operator: &str) -> &'static [Ordering] {
    match operator {
        "<" => &[Ordering::Less],
        "<=" => &[Ordering::Less, Ordering::Equal],
        ">" => &[Ordering::Greater],
        ">=" => &[Ordering::Greater, Ordering::Equal],
        "==" => &[Ordering::Equal],
        "!=" => &[Ordering::Less, Ordering::Greater],
        other => unreachable!("the parser knows no relation `{other}`"),
    }
}
