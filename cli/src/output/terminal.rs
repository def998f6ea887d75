//! What strangers have written, on a terminal.

use std::io::{self, Write};

use super::printable;

/// Shows content that comes in pieces, as [`printable`] shows a text. What is no UTF-8 is shown as `\u{fffd}`; a
/// character that one piece begins and the next one ends is shown whole.
pub struct Terminal<W> {
    to: W,
    /// The beginning of a character.
    begun: Vec<u8>,
}

impl<W: Write> Terminal<W> {
    /// Shows it there.
    pub fn new(to: W) -> Self {
        Self {
            to,
            begun: Vec::new(),
        }
    }
}

impl<W: Write> Write for Terminal<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.begun.extend_from_slice(piece);
        let whole = match std::str::from_utf8(&self.begun) {
            // Neither right nor wrong before more of it is there.
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

/// How much of what is no UTF-8 somewhere is there before a character that is only begun.
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

    /// What is shown of it, in pieces of so many bytes.
    fn shown(content: &[u8], piece: usize) -> String {
        let mut terminal = Terminal::new(Vec::new());
        for bytes in content.chunks(piece) {
            terminal.write_all(bytes).unwrap();
        }
        String::from_utf8(terminal.to).unwrap()
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
        // The end of it may yet come.
        assert_eq!(shown(b"a\xff\xe2\x82", 4), "a\u{fffd}");
    }
}
