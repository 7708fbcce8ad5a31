//! Quantiles of the distributions that intervals are made of: normal, Student's t, beta.
//!
//! Each is found by bisection on its distribution function, which is slow (a few microseconds) and
//! exact to the last digits; a test compares them with an independent implementation.

use super::special::{beta_regularized, normal_cdf, solve};

/// The value below which a standard normal variable lies with probability `p`.
///
/// # Panics
/// If `p` is not between 0 and 1.
pub fn normal(p: f64) -> f64 {
    assert!(p > 0.0 && p < 1.0, "a probability between 0 and 1");
    if p < 0.5 {
        return -normal(1.0 - p);
    }
    solve(p, 0.0, 40.0, normal_cdf)
}

/// Student's distribution function with `df` degrees of freedom.
pub fn student_cdf(t: f64, df: f64) -> f64 {
    let tail = 0.5 * beta_regularized(0.5 * df, 0.5, df / (df + t * t));
    if t < 0.0 { tail } else { 1.0 - tail }
}

/// The value below which Student's t with `df` degrees of freedom lies with probability `p`.
///
/// # Panics
/// If `p` is not between 0 and 1, or `df` not above 0.
pub fn student(p: f64, df: f64) -> f64 {
    assert!(p > 0.0 && p < 1.0 && df > 0.0, "a probability and a count");
    if p < 0.5 {
        return -student(1.0 - p, df);
    }
    let mut high = 1.0;
    while student_cdf(high, df) < p {
        high *= 2.0;
    }
    solve(p, 0.0, high, |t| student_cdf(t, df))
}

/// The value below which a beta variable lies with probability `p`.
pub fn beta(p: f64, a: f64, b: f64) -> f64 {
    solve(p, 0.0, 1.0, |x| beta_regularized(a, b, x))
}

/// The probability of at most `k` successes in `n` trials, each with probability `p`.
pub fn binomial_cdf(k: f64, n: f64, p: f64) -> f64 {
    if k < 0.0 {
        return 0.0;
    }
    if k >= n {
        return 1.0;
    }
    beta_regularized(n - k, k + 1.0, 1.0 - p)
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{Beta, Binomial, ContinuousCDF, DiscreteCDF, Normal, StudentsT};

    fn near(found: f64, expected: f64, tolerance: f64) {
        assert!(
            (found - expected).abs() <= tolerance * expected.abs().max(1.0),
            "{found} for {expected}"
        );
    }

    #[test]
    fn agree_with_an_independent_implementation() {
        let standard = Normal::new(0.0, 1.0).expect("a valid distribution");
        for p in [0.001, 0.025, 0.3, 0.5, 0.9, 0.95, 0.975, 0.9995] {
            near(standard.cdf(normal(p)), p, 1e-10);
            for df in [1.0, 2.0, 3.0, 9.0, 30.0, 1e3, 1e6] {
                let t = StudentsT::new(0.0, 1.0, df).expect("a valid distribution");
                near(t.cdf(student(p, df)), p, 1e-9);
            }
            for (a, b) in [(1.0, 9.0), (0.5, 0.5), (3.0, 3.0), (40.0, 961.0)] {
                let other = Beta::new(a, b).expect("a valid distribution");
                near(other.cdf(beta(p, a, b)), p, 1e-9);
            }
        }
        let other = Binomial::new(0.3, 20).expect("a valid distribution");
        for k in 0..=20_u32 {
            near(
                binomial_cdf(f64::from(k), 20.0, 0.3),
                other.cdf(u64::from(k)),
                1e-10,
            );
        }
    }

    #[test]
    fn agree_with_printed_tables() {
        near(normal(0.975), 1.959_963_984_540_054, 1e-12);
        near(student(0.975, 9.0), 2.262_157_162_798_20, 1e-11);
        near(student(0.975, 1.0), 12.706_204_736_174_7, 1e-11);
        near(student(0.025, 4.0), -2.776_445_105_197_79, 1e-11);
    }
}
