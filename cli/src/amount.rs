//! Amounts of $AICP, read and written exactly.

use std::{fmt, str::FromStr};

use aicpw_protocol::{units::AICP, Balance};

/// The number of decimals of $AICP.
const DECIMALS: usize = 18;

/// An amount of $AICP in its smallest unit. As text it is a decimal number of AICP, never rounded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Amount(pub Balance);

impl Amount {
    /// The amount with its unit, for people.
    pub fn with_unit(self) -> String {
        format!("{self} AICP")
    }

    /// The amount with its unit, shortened, for places where the last digits do not matter.
    pub fn brief_with_unit(self) -> String {
        format!("{} AICP", self.brief())
    }

    /// The amount for a column of a table: at least four significant digits, the rest cut off.
    pub fn brief(self) -> String {
        let text = self.to_string();
        let Some((whole, fraction)) = text.split_once('.') else {
            return text;
        };
        let zeros = match whole {
            "0" => fraction.len() - fraction.trim_start_matches('0').len(),
            _ => 0,
        };
        let digits = &fraction[..fraction.len().min(zeros + 4)];
        match digits.trim_end_matches('0') {
            "" => whole.to_owned(),
            digits => format!("{whole}.{digits}"),
        }
    }
}

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.trim();
        let number = number.strip_suffix("AICP").map_or(number, str::trim_end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) {
            return Err(format!(
                "`{text}` is not an amount: write it in digits, with a point before decimals, as 1000 or \
                 2.5; no exponent, no sign, no other separators"
            ));
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > DECIMALS {
            return Err(format!(
                "`{text}` has more than the {DECIMALS} decimals of AICP"
            ));
        }
        let too_large = || format!("`{text}` is more AICP than there can be");
        let whole: Balance = whole.parse().map_err(|_| too_large())?;
        // At most 18 digits after padding, so this fits.
        let fraction: Balance = format!("{fraction:0<DECIMALS$}")
            .parse()
            .map_err(|_| too_large())?;
        whole
            .checked_mul(AICP)
            .and_then(|units| units.checked_add(fraction))
            .map(Self)
            .ok_or_else(too_large)
    }
}

/// Reads an amount greater than zero.
pub fn positive(text: &str) -> Result<Amount, String> {
    match text.parse::<Amount>()? {
        Amount(0) => Err("must be more than zero".into()),
        amount => Ok(amount),
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / AICP, self.0 % AICP);
        let text = if fraction == 0 {
            whole.to_string()
        } else {
            let fraction = format!("{fraction:0>DECIMALS$}");
            format!("{whole}.{}", fraction.trim_end_matches('0'))
        };
        f.pad(&text)
    }
}

impl serde::Serialize for Amount {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Balance, String> {
        text.parse().map(|Amount(units)| units)
    }

    #[test]
    fn exact_decimals() {
        assert_eq!(parse("2.5"), Ok(2 * AICP + AICP / 2));
        assert_eq!(parse("0"), Ok(0));
        assert_eq!(parse("1000 AICP"), Ok(1_000 * AICP));
        assert_eq!(parse("0.000000000000000001"), Ok(1));
        assert_eq!(
            parse("1.0000000000000000000000"),
            Ok(AICP),
            "zeros say nothing"
        );
        assert_eq!(Amount(1).to_string(), "0.000000000000000001");
        assert_eq!(Amount(3 * AICP / 2).with_unit(), "1.5 AICP");
    }

    #[test]
    fn brief_in_tables() {
        for (exact, brief) in [
            ("1000", "1000"),
            ("0.5", "0.5"),
            ("0.016666666666666667", "0.01666"),
            ("998.123456789", "998.1234"),
            ("12.000001", "12"),
            ("0.000000000000000001", "0.000000000000000001"),
        ] {
            let amount = Amount(parse(exact).unwrap());
            assert_eq!(amount.brief(), brief);
            assert_eq!(amount.brief_with_unit(), format!("{brief} AICP"));
        }
    }

    #[test]
    fn what_is_not_an_amount() {
        for bad in [
            "", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", "0x10", "1 000", "AICP", "١",
        ] {
            let error = parse(bad).unwrap_err();
            assert!(error.contains("not an amount"), "{bad}");
            assert!(error.contains("as 1000 or 2.5; no exponent"), "{error}");
        }
        assert!(parse("0.0000000000000000001")
            .unwrap_err()
            .contains("18 decimals"));
        for large in [
            "340282366920938463464",
            "999999999999999999999999999999999999999999",
        ] {
            assert!(parse(large).unwrap_err().contains("more AICP"), "{large}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(units: Balance) {
            prop_assert_eq!(parse(&Amount(units).to_string()), Ok(units));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = parse(&text);
        }
    }
}
