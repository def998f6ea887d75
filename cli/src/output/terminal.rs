//! Shows on a terminal what strangers have written.

use std::io::{self, Write};

use super::printable;

/// Shows content that comes in pieces, as [`printable`] shows a text. Bytes that are not UTF-8 are shown as `\u{fffd}`.
/// A character that is split between two pieces is shown whole. [`Terminal::finish`] has to be called after the last
/// piece.
pub struct Terminal<W> {
    to: W,
    /// The first bytes of a character that is not complete yet.
    begun: Vec<u8>,
}

impl<W: Write> Terminal<W> {
    /// Shows content on this writer.
    pub fn new(to: W) -> Self {
        Self {
            to,
            begun: Vec::new(),
        }
    }

    /// Shows that the last character is not complete, if so.
    ///
    /// # Errors
    /// If the writer takes no more.
    pub fn finish(mut self) -> io::Result<()> {
        let rest = String::from_utf8_lossy(&self.begun);
        self.to.write_all(rest.as_bytes())?;
        self.to.flush()
    }
}

impl<W: Write> Write for Terminal<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.begun.extend_from_slice(piece);
        let whole = match std::str::from_utf8(&self.begun) {
            // More bytes are needed to tell whether this is a character.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => whole_of(&self.begun),
            Ok(text) => text.len(),
        };
        let rest = self.begun.split_off(whole);
        let shown = std::mem::replace(&mut self.begun, rest);
        self.to
            .write_all(printable(&String::from_utf8_lossy(&shown)).as_bytes())?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// How many bytes there are before an incomplete character at the end; earlier bytes may not be UTF-8.
fn whole_of(bytes: &[u8]) -> usize {
    let begun = bytes
        .utf8_chunks()
        .last()
        .map_or(&[][..], |chunk| chunk.invalid());
    match std::str::from_utf8(begun) {
        Err(error) if error.error_len().is_none() => bytes.len() - begun.len(),
        _ => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown of the content when it comes in pieces of this size.
    fn shown(content: &[u8], piece: usize) -> String {
        let mut to = Vec::new();
        let mut terminal = Terminal::new(&mut to);
        for bytes in content.chunks(piece) {
            terminal.write_all(bytes).unwrap();
        }
        terminal.finish().unwrap();
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn a_terminal_is_told_nothing_however_the_content_is_cut() {
        let content = "über\u{1b}]52;c;aGk=\u{7}\n\u{9b}2Jа\u{202e}b\r\tend".as_bytes();
        for piece in 1..=content.len() {
            assert_eq!(
                shown(content, piece),
                "über]52;c;aGk=\n2Jаb\tend",
                "{piece}"
            );
        }
    }

    #[test]
    fn what_is_no_text_is_shown_as_such() {
        let content = b"a\xff\xc3(\xe2\x82z";
        for piece in 1..=content.len() {
            assert_eq!(
                shown(content, piece),
                "a\u{fffd}\u{fffd}(\u{fffd}z",
                "{piece}"
            );
        }
    }

    #[test]
    fn the_rest_of_a_character_may_still_come() {
        let mut to = Vec::new();
        let mut terminal = Terminal::new(&mut to);
        terminal.write_all(b"a\xff\xe2\x82").unwrap();
        terminal.flush().unwrap();
        assert_eq!(*terminal.to, "a\u{fffd}".as_bytes());
        terminal.write_all(b"\xac").unwrap();
        terminal.finish().unwrap();
        assert_eq!(to, "a\u{fffd}\u{20ac}".as_bytes());
    }

    /// Regression: nothing was shown of a character whose last bytes were missing.
    #[test]
    fn content_that_ends_within_a_character_ends_with_a_sign_of_it() {
        for content in [
            &b"a\xc3"[..],
            b"a\xe2",
            b"a\xe2\x82",
            b"a\xf0\x9f",
            b"a\xf0\x9f\x98",
        ] {
            for piece in 1..=content.len() {
                assert_eq!(shown(content, piece), "a\u{fffd}", "{content:?} {piece}");
            }
        }
    }
}
