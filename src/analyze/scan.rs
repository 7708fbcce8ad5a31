//! Words and numbers of a line.

/// The next word and what follows it.
pub(super) fn token(text: &[u8]) -> (&[u8], &[u8]) {
    let start = text.iter().position(|&b| b != b' ').unwrap_or(text.len());
    let text = &text[start..];
    text.split_at(word(text))
}

/// Bytes before the first space, eight at a time: in `x`, a byte that was a space is zero, and the lowest zero byte is the
/// first whose high bit the subtraction sets (Warren, Hacker's Delight, 6-1).
fn word(text: &[u8]) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let (eights, _) = text.as_chunks::<8>();
    for (at, eight) in eights.iter().enumerate() {
        let x = u64::from_le_bytes(*eight) ^ (EACH * u64::from(b' '));
        let zeros = x.wrapping_sub(EACH) & !x & (EACH << 7);
        if zeros != 0 {
            return at * 8 + zeros.trailing_zeros() as usize / 8;
        }
    }
    let from = eights.len() * 8;
    let rest = text[from..].iter().position(|&b| b == b' ');
    from + rest.unwrap_or(text.len() - from)
}

/// The decimal number that `text` begins with, and what follows it; none if it has no digit or is too large.
pub(super) fn leading_number(text: &[u8]) -> Option<(u64, &[u8])> {
    let (number, rest) = digits(text)?;
    if rest.first().copied().and_then(digit).is_none() {
        return Some((number, rest));
    }
    // Twenty digits and more may be too many for 64 bits.
    let (mut number, mut rest) = (number, rest);
    while let Some(value) = rest.first().copied().and_then(digit) {
        number = number.checked_mul(10)?.checked_add(value)?;
        rest = &rest[1..];
    }
    Some((number, rest))
}

/// The number of at most 19 decimal digits that `text` begins with, and what follows it.
pub(super) fn digits(text: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0_u64;
    let mut used = 0;
    while used < text.len().min(19) {
        let value = text[used].wrapping_sub(b'0');
        if value > 9 {
            break;
        }
        number = number * 10 + u64::from(value);
        used += 1;
    }
    (used > 0).then(|| (number, &text[used..]))
}

/// A hexadecimal number of at most 64 bits, with or without `0x`.
pub(super) fn hex(text: &[u8]) -> Option<u64> {
    let text = text.strip_prefix(b"0x").unwrap_or(text);
    if text.is_empty() || text.len() > 16 {
        return None;
    }
    let mut number = 0_u64;
    for &b in text {
        let value = NIBBLES[usize::from(b)];
        if value > 15 {
            return None;
        }
        number = number << 4 | u64::from(value);
    }
    Some(number)
}

/// The value of each hexadecimal digit; 255 for what is none.
const NIBBLES: [u8; 256] = {
    let mut table = [255; 256];
    let mut value = 0;
    while value < 16 {
        let digit = b"0123456789abcdef"[value as usize];
        table[digit as usize] = value;
        table[digit.to_ascii_uppercase() as usize] = value;
        value += 1;
    }
    table
};

/// The value of a decimal digit.
pub(super) fn digit(b: u8) -> Option<u64> {
    let value = b.wrapping_sub(b'0');
    (value <= 9).then_some(u64::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_end_where_their_digits_do_and_fit_in_64_bits() {
        let rest = |text: &'static str| leading_number(text.as_bytes());
        assert_eq!(rest("12x"), Some((12, &b"x"[..])));
        assert_eq!(rest("18446744073709551615"), Some((u64::MAX, &b""[..])));
        assert_eq!(rest("18446744073709551616"), None);
        assert_eq!(rest("00000000000000000000000007."), Some((7, &b"."[..])));
        assert_eq!(rest(""), None);
        assert_eq!(rest("/1"), None);
        assert_eq!(rest(":"), None);
        assert_eq!(hex(b"0xffffFFFF00000001"), Some(0xffff_ffff_0000_0001));
        assert_eq!(hex(b"00000000000000001"), None);
        assert_eq!(hex(b"0g"), None);
        assert_eq!(token(b"  a b"), (&b"a"[..], &b" b"[..]));
        assert_eq!(token(b"  "), (&b""[..], &b""[..]));
    }

    #[test]
    fn a_word_ends_at_its_first_space() {
        for length in 0..40 {
            let mut text: Vec<u8> = (0..length)
                .map(|at| [b'!', 0xa0, 0x1f, b'x'][at % 4])
                .collect();
            assert_eq!(word(&text), length);
            text.extend_from_slice(b" !  ! ");
            assert_eq!(word(&text), length);
        }
    }
}
