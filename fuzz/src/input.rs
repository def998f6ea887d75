//! Reads numbers from bytes. The corpus is text, so that a person can read and write it; every
//! other byte means something too.

/// An input that is read from its beginning.
pub struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    /// Reads these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next byte that is neither white space nor in a comment (from `#` to the end of the
    /// line).
    pub fn byte(&mut self) -> Option<u8> {
        loop {
            let (first, rest) = self.0.split_first()?;
            self.0 = rest;
            match first {
                b'#' => {
                    let end = rest.iter().position(|byte| *byte == b'\n');
                    self.0 = &rest[end.unwrap_or(rest.len())..];
                }
                b' ' | b'\n' | b'\r' | b'\t' => {}
                byte => return Some(*byte),
            }
        }
    }

    /// The next number: the value of a digit or of any other byte; zero at the end.
    pub fn number(&mut self) -> u8 {
        match self.byte() {
            Some(digit @ b'0'..=b'9') => digit - b'0',
            Some(byte) => byte,
            None => 0,
        }
    }

    /// The item that the next number selects; `None` if there are no items.
    pub fn one_of<T: Clone>(&mut self, items: &[T]) -> Option<T> {
        let number = usize::from(self.number());
        let position = number.checked_rem(items.len())?;
        items.get(position).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_and_comments_are_not_there() {
        let mut input = Input::new(b" s1 # a comment 9\n\t2\xff");
        assert_eq!(input.byte(), Some(b's'));
        assert_eq!(input.number(), 1);
        assert_eq!(input.number(), 2);
        assert_eq!(input.number(), 255);
        assert_eq!(input.byte(), None);
        assert_eq!(input.number(), 0);
        assert_eq!(Input::new(b"4").one_of(&[7, 8, 9]), Some(8));
        assert_eq!(Input::new(b"4").one_of::<u8>(&[]), None);
    }
}
