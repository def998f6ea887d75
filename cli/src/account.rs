//! Accounts, and their text form (SS58).

use std::{fmt, str::FromStr};

use blake2::{Blake2b512, Digest};
use codec::{Decode, Encode};
use subxt::utils::AccountId32;

/// The address prefix of the AICPW chain (`SS58Prefix` of its runtime).
pub const AICPW_PREFIX: u16 = 7390;

/// The prefix of addresses that belong to no particular chain.
const GENERIC_PREFIX: u16 = 42;

/// An account.
#[derive(Encode, Decode, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Account(pub [u8; 32]);

fn checksum(body: &[u8]) -> [u8; 2] {
    let digest = Blake2b512::new()
        .chain_update(b"SS58PRE")
        .chain_update(body)
        .finalize();
    [digest[0], digest[1]]
}

/// Encodes a prefix above 63 as two bytes, as the SS58 registry lays out its 14 bits.
fn two_byte_prefix(prefix: u16) -> [u8; 2] {
    let first = ((prefix & 0b0000_0000_1111_1100) >> 2) as u8 | 0b0100_0000;
    let second = (prefix >> 8) as u8 | ((prefix & 0b11) as u8) << 6;
    [first, second]
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = two_byte_prefix(AICPW_PREFIX).to_vec();
        bytes.extend(self.0);
        bytes.extend(checksum(&bytes));
        f.pad(&bs58::encode(bytes).into_string())
    }
}

impl FromStr for Account {
    type Err = String;

    /// Accepts an address of this chain or of no particular chain, or 32 bytes in hexadecimal after
    /// `0x`.
    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("0x") {
            return crate::hash::parse_hash(text).map(Self);
        }
        if text.starts_with('/') {
            return Err(format!(
                "`{text}` is the secret of a key, and an account is wanted: `aicpw --suri {text} \
                 account address` prints the key's"
            ));
        }
        let wrong = |why: &str| {
            format!(
                "`{text}` is not an account: {why}. Write an address, such as the one that `aicpw \
                 account address` prints of a key, or 0x and 64 hexadecimal digits"
            )
        };
        let bytes = bs58::decode(text)
            .into_vec()
            .map_err(|_| wrong("it has characters that no address has"))?;
        let (prefix, start) = match bytes[..] {
            [first @ 0..=63, ..] => (u16::from(first), 1),
            [first @ 64..=127, second, ..] => {
                let low = (u16::from(first & 0b0011_1111) << 2) | u16::from(second >> 6);
                (low | (u16::from(second & 0b0011_1111) << 8), 2)
            }
            _ => return Err(wrong("it does not start like an address")),
        };
        let (body, sum) = bytes
            .len()
            .checked_sub(2)
            .filter(|&length| length == start + 32)
            .map(|length| bytes.split_at(length))
            .ok_or_else(|| wrong("it has the wrong length"))?;
        if checksum(body) != sum {
            return Err(wrong(
                "its checksum does not fit; a character is wrong or missing",
            ));
        }
        if ![AICPW_PREFIX, GENERIC_PREFIX].contains(&prefix) {
            return Err(wrong(&format!(
                "it is an address of another chain (prefix {prefix})"
            )));
        }
        let mut account = [0; 32];
        account.copy_from_slice(&body[start..]);
        Ok(Self(account))
    }
}

impl serde::Serialize for Account {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl From<Account> for AccountId32 {
    fn from(account: Account) -> Self {
        Self(account.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `//Alice`, as every Substrate tool writes it.
    const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

    #[test]
    fn addresses_of_this_and_of_no_chain() {
        let alice: Account = ALICE.parse().unwrap();
        assert_eq!(
            crate::hash::show_hash(&alice.0),
            "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"
        );
        let here = alice.to_string();
        assert_ne!(here, ALICE);
        assert_eq!(here.parse(), Ok(alice));
        assert_eq!(crate::hash::show_hash(&alice.0).parse(), Ok(alice));
    }

    #[test]
    fn what_is_not_an_account() {
        let parse = |text: &str| text.parse::<Account>().unwrap_err();
        assert!(parse(&ALICE.replace("5Grw", "5Grx")).contains("checksum"));
        assert!(parse(&ALICE[..40]).contains("length") || parse(&ALICE[..40]).contains("checksum"));
        assert!(parse("").contains("start"));
        assert!(parse("0l").contains("characters"));
        // The same key as an address of Polkadot.
        let polkadot = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5";
        assert!(parse(polkadot).contains("another chain (prefix 0)"));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bytes: [u8; 32]) {
            let account = Account(bytes);
            prop_assert_eq!(account.to_string().parse(), Ok(account));
        }

        #[test]
        fn no_text_panics(text in "[1-9A-Za-z]{0,60}") {
            let _ = text.parse::<Account>();
        }
    }
}
