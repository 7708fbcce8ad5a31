//! Words to a tree, by recursive descent.
//!
//! ```text
//! either  = both { ("||" | "or") both }
//! both    = not { ("&&" | "and") not }
//! not     = ("!" | "not") not | relation
//! relation = sum [ ("<" | "<=" | ">" | ">=" | "==" | "!=") sum ]
//! sum     = product { ("+" | "-") product }
//! product = unary { ("*" | "/") unary }
//! unary   = "-" unary | "(" either ")" | number | key | name
//! ```

use super::lex::{Fault, Token, Word};
use super::quantity::{Dimension, Ratio};
use std::ops::Range;

/// An expression may nest this deep, so that no input exhausts the stack.
const DEPTH: usize = 64;

#[derive(Debug)]
pub(super) enum Node {
    Number(Ratio, Dimension),
    Name(String),
    Quoted(String),
    Negate(Box<Tree>),
    Not(Box<Tree>),
    Pair(&'static str, Box<Tree>, Box<Tree>),
}

/// A node and where it stands.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) node: Node,
    pub(super) span: Range<usize>,
}

struct Parser<'w> {
    words: &'w [Token],
    at: usize,
    depth: usize,
}

/// The tree of all words.
pub(super) fn tree(words: &[Token]) -> Result<Tree, Fault> {
    let mut parser = Parser {
        words,
        at: 0,
        depth: 0,
    };
    let tree = parser.level(0)?;
    let rest = parser.peek();
    if rest.word == Word::End {
        return Ok(tree);
    }
    let hint = match (&rest.word, &tree.node) {
        (Word::Symbol("<" | "<=" | ">" | ">=" | "==" | "!="), _) => {
            "; comparisons do not chain: join two with `&&`"
        }
        _ => "; expected an operator such as < == + && or the end",
    };
    Err((rest.span.clone(), format!("this does not follow{hint}")))
}

/// The operators of each level, the loosest first; a level is a list of (spelling, meaning).
const LEVELS: [&[(&str, &str)]; 5] = [
    &[("||", "||"), ("or", "||")],
    &[("&&", "&&"), ("and", "&&")],
    &[
        ("<=", "<="),
        (">=", ">="),
        ("==", "=="),
        ("!=", "!="),
        ("<", "<"),
        (">", ">"),
    ],
    &[("+", "+"), ("-", "-")],
    &[("*", "*"), ("/", "/")],
];
/// Comparisons: they do not chain, and `!` stands before them.
const RELATION: usize = 2;

impl Parser<'_> {
    fn peek(&self) -> &Token {
        &self.words[self.at]
    }

    fn operator(&mut self, level: usize) -> Option<&'static str> {
        let text = match &self.peek().word {
            Word::Symbol(symbol) => *symbol,
            Word::Name(name) => name,
            _ => return None,
        };
        let found = LEVELS[level].iter().find(|(spelling, _)| *spelling == text);
        let meaning = found.map(|&(_, meaning)| meaning)?;
        self.at += 1;
        Some(meaning)
    }

    fn level(&mut self, level: usize) -> Result<Tree, Fault> {
        if level == RELATION && self.is_not() {
            let start = self.peek().span.start;
            self.at += 1;
            let inner = self.deeper(RELATION)?;
            let span = start..inner.span.end;
            return Ok(Tree {
                node: Node::Not(Box::new(inner)),
                span,
            });
        }
        if level == LEVELS.len() {
            return self.unary();
        }
        let mut left = self.level(level + 1)?;
        while let Some(operator) = self.operator(level) {
            let right = self.level(level + 1)?;
            let span = left.span.start..right.span.end;
            let node = Node::Pair(operator, Box::new(left), Box::new(right));
            left = Tree { node, span };
            if level == RELATION {
                break;
            }
        }
        Ok(left)
    }

    fn is_not(&self) -> bool {
        match &self.peek().word {
            Word::Symbol("!") => true,
            Word::Name(name) => name == "not",
            _ => false,
        }
    }

    /// Parses at `level` one nesting deeper.
    fn deeper(&mut self, level: usize) -> Result<Tree, Fault> {
        self.depth += 1;
        if self.depth > DEPTH {
            let why = format!("nested more than {DEPTH} deep");
            return Err((self.peek().span.clone(), why));
        }
        let tree = self.level(level);
        self.depth -= 1;
        tree
    }

    fn unary(&mut self) -> Result<Tree, Fault> {
        let Token { word, span } = self.peek().clone();
        self.at += usize::from(word != Word::End);
        let node = match word {
            Word::Number(value, dimension) => Node::Number(value, dimension),
            Word::Name(name) => Node::Name(name),
            Word::Quoted(text) => Node::Quoted(text),
            Word::Symbol("-") => {
                let inner = self.deeper(LEVELS.len())?;
                let span = span.start..inner.span.end;
                return Ok(Tree {
                    node: Node::Negate(Box::new(inner)),
                    span,
                });
            }
            Word::Symbol("(") => {
                let inner = self.deeper(0)?;
                let close = self.peek().clone();
                if close.word != Word::Symbol(")") {
                    let why = "expected `)` for this `(`, or an operator";
                    let at = if close.word == Word::End {
                        span
                    } else {
                        close.span
                    };
                    return Err((at, why.to_owned()));
                }
                self.at += 1;
                return Ok(Tree {
                    node: inner.node,
                    span: span.start..close.span.end,
                });
            }
            Word::Symbol(symbol) => {
                let why = format!("`{symbol}` stands where a key, a number or `(` is expected");
                return Err((span, why));
            }
            Word::End => {
                let why = "the expression ends where a key, a number or `(` is expected";
                return Err((span, why.to_owned()));
            }
        };
        Ok(Tree { node, span })
    }
}
