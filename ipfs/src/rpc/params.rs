//! Query parameters in kubo's notation.

use super::error::RpcError;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use cid::Cid;
use std::time::Duration;
use tokio::time::Instant;

/// The query of a request. A parameter may occur more than once.
#[derive(Debug, Default)]
pub struct Params(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = RpcError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, RpcError> {
        let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|error| bad(format!("query: {error}")))?;
        Ok(Self(query.0))
    }
}

impl Params {
    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns the argument, if there is one.
    pub fn optional_arg(&self) -> Option<&str> {
        self.get("arg")
    }

    /// Returns the argument.
    pub fn arg(&self) -> Result<&str, RpcError> {
        self.optional_arg()
            .ok_or_else(|| bad("argument \"arg\" is missing"))
    }

    /// Returns the argument as a CID, with or without `/ipfs/` before it.
    pub fn cid(&self) -> Result<Cid, RpcError> {
        let arg = self.arg()?;
        let text = arg.strip_prefix("/ipfs/").unwrap_or(arg);
        Cid::try_from(text).map_err(|error| bad(format!("arg: {arg:?} is not a CID: {error}")))
    }

    /// Returns the `type` parameter of `pin/ls`.
    pub fn pin_type(&self) -> &str {
        self.get("type").unwrap_or("all")
    }

    /// Returns a boolean parameter.
    pub fn flag(&self, name: &str, default: bool) -> Result<bool, RpcError> {
        match self.get(name) {
            None => Ok(default),
            Some("true" | "1" | "") => Ok(true),
            Some("false" | "0") => Ok(false),
            Some(other) => Err(bad(format!("{name}: {other:?} is neither true nor false"))),
        }
    }

    /// Returns a parameter that is a number of bytes.
    pub fn bytes(&self, name: &str) -> Result<Option<u64>, RpcError> {
        let parse = |text: &str| {
            text.parse()
                .map_err(|_| bad(format!("{name}: {text:?} is not a number of bytes")))
        };
        self.get(name).map(parse).transpose()
    }

    /// Returns when the request's `timeout` ends, if it has one.
    pub fn deadline(&self) -> Result<Option<Instant>, RpcError> {
        let Some(text) = self.get("timeout") else {
            return Ok(None);
        };
        let wrong = || {
            bad(format!(
                "timeout: {text:?} is not a duration such as 30s or 1m30s"
            ))
        };
        let duration = parse_duration(text).ok_or_else(wrong)?;
        Instant::now()
            .checked_add(duration)
            .map(Some)
            .ok_or_else(wrong)
    }

    /// Returns the bytes per leaf, from `chunker=size-<bytes>`.
    pub fn chunk(&self) -> Result<usize, RpcError> {
        let Some(text) = self.get("chunker") else {
            return Ok(DEFAULT_CHUNK);
        };
        let size = text
            .strip_prefix("size-")
            .and_then(|bytes| bytes.parse().ok());
        size.filter(|bytes| CHUNKS.contains(bytes)).ok_or_else(|| {
            bad(format!(
                "chunker: {text:?} is not size-<bytes> with {} to {} bytes",
                CHUNKS.start(),
                CHUNKS.end()
            ))
        })
    }

    /// Returns the links per inner block, from `max-file-links`.
    pub fn links(&self) -> Result<usize, RpcError> {
        match self.get("max-file-links") {
            None | Some("174") => Ok(174),
            Some("1024") => Ok(1024),
            Some(other) => Err(bad(format!(
                "max-file-links: {other:?} is neither 174 nor 1024"
            ))),
        }
    }

    /// Refuses a parameter that would change the CID in a way that this node does not know.
    pub fn only(&self, name: &str, supported: &str) -> Result<(), RpcError> {
        match self.get(name) {
            Some(value) if value != supported => Err(bad(format!(
                "{name}: only {supported} is supported, not {value:?}"
            ))),
            _ => Ok(()),
        }
    }
}

/// kubo's default.
const DEFAULT_CHUNK: usize = 256 << 10;

/// The bytes per leaf that are accepted. Nobody would fetch smaller leaves (`Budget`). The upper
/// end leaves room in a bitswap message of 2 MiB.
const CHUNKS: std::ops::RangeInclusive<usize> = 16 << 10..=1 << 20;

/// Returns the error of a wrong request.
pub fn bad(message: impl Into<String>) -> RpcError {
    RpcError::BadRequest(message.into())
}

/// Parses Go's notation: numbers with units, one after the other.
fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = 0f64;
    while !rest.is_empty() {
        let number_len = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..number_len].parse().ok()?;
        rest = &rest[number_len..];
        let unit_len = rest
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(rest.len());
        let seconds = match &rest[..unit_len] {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        rest = &rest[unit_len..];
        total += number * seconds;
    }
    (!text.is_empty())
        .then(|| Duration::try_from_secs_f64(total).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(pairs: &[(&str, &str)]) -> Params {
        Params(
            pairs
                .iter()
                .map(|(k, v)| (k.to_string(), v.to_string()))
                .collect(),
        )
    }

    #[test]
    fn durations() {
        for (text, millis) in [("1h2m3.5s", 3_723_500), ("300ms", 300), ("90s", 90_000)] {
            assert_eq!(
                parse_duration(text),
                Some(Duration::from_millis(millis)),
                "{text}"
            );
        }
        for text in ["", "5", "s", "-1s", "1d", "1e400s", "1..2s"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
        assert!(params(&[("timeout", "99999999999999999999h")])
            .deadline()
            .is_err());
    }

    #[test]
    fn cids_with_and_without_prefix() {
        let text = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
        let plain = params(&[("arg", text)]).cid().unwrap();
        assert_eq!(
            plain,
            params(&[("arg", &format!("/ipfs/{text}"))]).cid().unwrap()
        );
        assert!(params(&[("arg", "/ipfs/x/y")]).cid().is_err());
        assert!(params(&[])
            .cid()
            .unwrap_err()
            .to_string()
            .contains("\"arg\" is missing"));
    }

    #[test]
    fn wrong_values_name_the_parameter() {
        let wrong = params(&[("pin", "yes"), ("length", "-1"), ("chunker", "rabin")]);
        assert!(wrong
            .flag("pin", true)
            .unwrap_err()
            .to_string()
            .starts_with("pin:"));
        assert!(wrong
            .bytes("length")
            .unwrap_err()
            .to_string()
            .starts_with("length:"));
        assert!(wrong
            .chunk()
            .unwrap_err()
            .to_string()
            .starts_with("chunker:"));
        for size in [1024, 16_383, 4_194_304] {
            let chunker = format!("size-{size}");
            assert!(params(&[("chunker", &chunker)]).chunk().is_err());
        }
        assert_eq!(
            params(&[("chunker", "size-1048576")]).chunk().unwrap(),
            1 << 20
        );
        assert!(params(&[("hash", "blake3")])
            .only("hash", "sha2-256")
            .is_err());
    }
}
