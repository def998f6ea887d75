//! Spans of time and sizes of memory on the command line.

use aicpw_protocol::{Mebibytes, Milliseconds};

/// A second, in nanoseconds.
const SECOND: u128 = 1_000_000_000;

/// Splits `12ms` into number and unit.
fn number_and_unit(text: &str) -> Option<(u64, &str)> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit.trim_start()))
}

/// Reads a whole number from a range, as an option's parser.
pub fn whole<T: TryFrom<u64>>(
    range: std::ops::RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let (least, most) = (range.start(), range.end());
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number: Option<u64> = text.parse().ok();
        number
            .filter(|number| digits && range.contains(number))
            .and_then(|number| T::try_from(number).ok())
            .ok_or_else(|| match number {
                _ if !digits => format!("`{text}` is not a whole number"),
                Some(number) if number < *least => {
                    format!("`{text}` is too little: at least {least}")
                }
                _ => format!("`{text}` is too much: at most {most}"),
            })
    }
}

/// Reads the id of a task.
pub fn parse_task(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| {
        format!("`{text}` is not the number of a task, such as 7; `aicpw task ls` lists them")
    })
}

/// Reads a time span: `1500ms`, `120s`, `10m`, `2h`, `1d`; a bare number is seconds.
pub fn parse_span(text: &str) -> Result<Milliseconds, String> {
    let wrong = || format!("`{text}` is not a span of time; write it as 1500ms, 120s, 10m or 2h");
    let (number, unit) = number_and_unit(text).ok_or_else(wrong)?;
    let factor = match unit {
        "ms" => 1,
        "" | "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(wrong()),
    };
    number
        .checked_mul(factor)
        .map(Milliseconds)
        .ok_or_else(wrong)
}

/// A time span for people, exact, in the largest unit that divides it.
pub fn show_span(span: Milliseconds) -> String {
    let units = [
        (86_400_000, "d"),
        (3_600_000, "h"),
        (60_000, "m"),
        (1_000, "s"),
    ];
    match units
        .iter()
        .find(|(factor, _)| span.0 != 0 && span.0.is_multiple_of(*factor))
    {
        Some((factor, unit)) => format!("{}{unit}", span.0 / factor),
        None => format!("{}ms", span.0),
    }
}

/// How long something took, for people, in three digits.
pub fn show_elapsed(elapsed: std::time::Duration) -> String {
    let nanos = elapsed.as_nanos();
    // Rounded before the unit is chosen, so that 119.6 s become 2 min and not 1 min 60 s.
    let rounded = |unit: u128| (nanos + unit / 2) / unit;
    let (ms, hundredths) = (rounded(1_000_000), rounded(10_000_000));
    let (tenths, seconds) = (rounded(100_000_000), rounded(SECOND));
    let (hours, days) = (rounded(360 * SECOND), rounded(8_640 * SECOND));
    if ms < 1_000 {
        format!("{ms} ms")
    } else if hundredths < 1_000 {
        format!("{}.{:02} s", hundredths / 100, hundredths % 100)
    } else if tenths < 1_000 {
        format!("{}.{} s", tenths / 10, tenths % 10)
    } else if seconds < 7_200 {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    } else if hours < 480 {
        format!("{}.{} h", hours / 10, hours % 10)
    } else {
        format!("{}.{} days", days / 10, days % 10)
    }
}

/// How long something takes according to the nominal time of blocks, for people, and no more precise than that.
pub fn show_about(span: Milliseconds) -> String {
    let rounded = |unit: u64| span.0.saturating_add(unit / 2) / unit;
    match span.0 {
        0..120_000 => format!("{} s", rounded(1_000).max(1)),
        120_000..7_200_000 => format!("{} min", rounded(60_000)),
        7_200_000..172_800_000 => format!("{} h", tenths(rounded(360_000))),
        _ => format!("{} days", tenths(rounded(8_640_000))),
    }
}

fn tenths(number: u64) -> String {
    match number % 10 {
        0 => (number / 10).to_string(),
        tenth => format!("{}.{tenth}", number / 10),
    }
}

/// A number of things, for people: `1 file`, `2 files`.
pub fn count(number: usize, thing: &str) -> String {
    match number {
        1 => format!("1 {thing}"),
        _ => format!("{number} {thing}s"),
    }
}

/// Reads a memory size: `512MiB`, `2GiB`, `1TiB`; a bare number is MiB.
pub fn parse_memory(text: &str) -> Result<Mebibytes, String> {
    let wrong = || format!("`{text}` is not a size of memory; write it as 512MiB or 2GiB");
    let (number, unit) = number_and_unit(text).ok_or_else(wrong)?;
    let factor = match unit {
        "" | "MiB" => 1,
        "GiB" => 1 << 10,
        "TiB" => 1 << 20,
        _ => return Err(wrong()),
    };
    number.checked_mul(factor).map(Mebibytes).ok_or_else(wrong)
}

/// Bytes as whole mebibytes, rounded up.
pub fn mebibytes_for(bytes: u64) -> Mebibytes {
    Mebibytes(bytes.div_ceil(1 << 20))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spans_by_the_nominal_time_of_blocks() {
        for (ms, text) in [
            (250, "1 s"),
            (59_750, "60 s"),
            (119_999, "120 s"),
            (150_000, "3 min"),
            (3_600_000, "60 min"),
            (7_200_000, "2 h"),
            (9_300_000, "2.6 h"),
            (604_800_000, "7 days"),
        ] {
            assert_eq!(show_about(Milliseconds(ms)), text);
        }
        assert_eq!(
            show_about(Milliseconds(u64::MAX)),
            "213503982334.6 days",
            "no overflow"
        );
    }

    #[test]
    fn whole_numbers_of_a_range() {
        let stars = whole::<u8>(1..=5);
        assert_eq!(stars("5"), Ok(5));
        assert!(stars("6").unwrap_err().contains("at most 5"));
        assert!(stars("300").unwrap_err().contains("at most 5"));
        assert!(stars("0").unwrap_err().contains("at least 1"));
        let huge = "99999999999999999999999";
        assert!(stars(huge).unwrap_err().contains("at most 5"));
        for bad in ["", "-1", "+1", "1.5", "five"] {
            assert!(stars(bad).unwrap_err().contains("not a whole"), "{bad}");
        }
        assert_eq!(parse_task("7"), Ok(7));
        assert!(parse_task("abc").unwrap_err().contains("task ls"));
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(count(0, "file"), "0 files");
        assert_eq!(count(1, "file"), "1 file");
        assert_eq!(count(2, "rating"), "2 ratings");
    }

    #[test]
    fn spans_with_units() {
        for (text, ms) in [
            ("1500ms", 1_500),
            ("120s", 120_000),
            ("120", 120_000),
            ("2 h", 7_200_000),
            ("10m", 600_000),
            ("1d", 86_400_000),
            ("0", 0),
        ] {
            assert_eq!(parse_span(text), Ok(Milliseconds(ms)), "{text}");
        }
        for bad in [
            "",
            "s",
            "1.5s",
            "-1s",
            "1w",
            "99999999999999999999",
            "18446744073709551615d",
        ] {
            assert!(parse_span(bad).unwrap_err().contains("span"), "{bad}");
        }
    }

    #[test]
    fn memory_with_units() {
        assert_eq!(parse_memory("512"), Ok(Mebibytes(512)));
        assert_eq!(parse_memory("2GiB"), Ok(Mebibytes(2_048)));
        assert!(
            parse_memory("2GB").is_err(),
            "decimal units would be read two ways"
        );
        assert_eq!(mebibytes_for(1), Mebibytes(1));
        assert_eq!(mebibytes_for(0), Mebibytes(0));
        assert_eq!(mebibytes_for((1 << 20) + 1), Mebibytes(2));
    }

    #[test]
    fn elapsed_in_three_digits() {
        let show = |ms| show_elapsed(std::time::Duration::from_millis(ms));
        assert_eq!(show(340), "340 ms");
        assert_eq!(show(2_346), "2.35 s");
        assert_eq!(show(61_000), "61.0 s");
        assert_eq!(show(125_000), "2 min 05 s");
        assert_eq!(show(8_000_000), "2.2 h");
        assert_eq!(show(14 * 86_400_000), "14.0 days");
    }

    /// Regression: 119.6 s were "1 min 60 s".
    #[test]
    fn elapsed_is_rounded_before_its_unit_is_chosen() {
        let show = |us| show_elapsed(std::time::Duration::from_micros(us));
        for (us, text) in [
            (0, "0 ms"),
            (999_400, "999 ms"),
            (999_600, "1.00 s"),
            (9_994_000, "9.99 s"),
            (9_996_000, "10.0 s"),
            (99_940_000, "99.9 s"),
            (99_960_000, "1 min 40 s"),
            (119_400_000, "1 min 59 s"),
            (119_600_000, "2 min 00 s"),
            (7_199_400_000, "119 min 59 s"),
            (7_199_800_000, "2.0 h"),
            (172_600_000_000, "47.9 h"),
            (172_799_000_000, "2.0 days"),
        ] {
            assert_eq!(show(us), text, "{us}");
        }
        let longest = show_elapsed(std::time::Duration::MAX);
        assert!(longest.ends_with(" days"), "{longest}");
    }

    proptest! {
        #[test]
        fn a_span_that_is_written_is_read(ms: u64) {
            prop_assert_eq!(parse_span(&show_span(Milliseconds(ms))), Ok(Milliseconds(ms)));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = (parse_span(&text), parse_memory(&text));
        }
    }
}
