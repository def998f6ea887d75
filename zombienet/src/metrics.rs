//! Reads a node's metrics, as Prometheus does.

use anyhow::{ensure, Context, Result};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Returns what is served at `http://HOST:PORT/PATH`.
///
/// # Errors
/// If nobody answers, or not with success.
pub async fn read(url: &str) -> Result<String> {
    let rest = url.strip_prefix("http://").context("no http://")?;
    let (address, path) = rest.split_once('/').context("no path")?;
    let mut stream = TcpStream::connect(address)
        .await
        .context(address.to_owned())?;
    let request = format!("GET /{path} HTTP/1.0\r\nHost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").context("no HTTP")?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    ensure!(status == "200", "{url}: {head}");
    Ok(body.to_owned())
}

/// Returns the first value of this name, whatever its labels; `None` if there is none.
pub fn value(text: &str, name: &str) -> Option<f64> {
    let mut found = text.lines().filter_map(|line| line.strip_prefix(name));
    let line = found.find(|rest| rest.starts_with(['{', ' ']))?;
    line.rsplit(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_whole_name() {
        let text = "# HELP earned_total what a b\nearned_total_more 1\n\
                    earned_total{chain=\"a b\"} 490000000000000000\nother 2.5\n";
        assert_eq!(value(text, "earned_total"), Some(4.9e17));
        assert_eq!(value(text, "other"), Some(2.5));
        assert_eq!(value(text, "earned"), None);
    }
}
