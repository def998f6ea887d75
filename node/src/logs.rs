//! The log as JSON, for programs that collect logs, because the SDK writes only text. This is for running a node; other
//! commands write for people.

use std::fmt;

use sc_cli::{CliConfiguration, LoggerBuilder, RunCmd, SharedParams, SubstrateCli};
use sc_service::Configuration;
use serde::Serialize;
use serde_json::{Map, Value};
use tracing::{
    field::{Field, Visit},
    Event, Subscriber,
};
use tracing_subscriber::{
    filter::Directive,
    fmt::{
        format::Writer,
        time::{FormatTime, SystemTime},
        FmtContext, FormatEvent, FormatFields,
    },
    registry::LookupSpan,
    EnvFilter,
};

use crate::log_writer::{self, LogWriter};

/// The directives that the SDK's own logger starts with, which are private there.
const DEFAULTS: &str =
    "info,ws=off,yamux=off,regalloc=off,cranelift_codegen=off,cranelift_wasm=warn,\
    hyper=warn,trust_dns_proto=off,hickory_proto=off,libp2p_mdns::behaviour::iface=off,\
    rustls::common_state=off,rustls::conn=off";

/// Open files that a node may need. The SDK warns below this number, too.
const ENOUGH_FILES: u64 = 10_000;

/// The form of the log.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct LogArgs {
    /// The format of the node's log: text, or JSON with one object on each line.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub log_format: LogFormat,
}

/// See [`LogArgs`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// An object on each line: time, level, target, message, and fields if there are any.
    Json,
}

/// The command that runs a node with its log as JSON.
pub struct InJson<'a>(pub &'a RunCmd);

impl CliConfiguration for InJson<'_> {
    fn shared_params(&self) -> &SharedParams {
        self.0.shared_params()
    }

    fn create_configuration<C: SubstrateCli>(
        &self,
        cli: &C,
        tokio: tokio::runtime::Handle,
    ) -> sc_cli::Result<Configuration> {
        self.0.create_configuration(cli, tokio)
    }

    /// Does what the SDK does here, with another log.
    fn init<F>(
        &self,
        support_url: &String,
        impl_version: &String,
        _logger_hook: F,
    ) -> sc_cli::Result<()>
    where
        F: FnOnce(&mut LoggerBuilder),
    {
        // Both options are parts of the SDK's logger.
        for (wanted, name) in [
            (self.enable_log_reloading()?, "--enable-log-reloading"),
            (self.tracing_targets()?.is_some(), "--tracing-targets"),
        ] {
            if wanted {
                let why = format!("{name} needs the log as text, without --log-format json");
                return Err(sc_cli::Error::Input(why));
            }
        }
        sp_panic_handler::set(support_url, impl_version);
        flush_before_a_panic_ends_the_process();
        // The SDK puts colours into its messages if it takes the output for a terminal.
        console::set_colors_enabled(false);
        console::set_colors_enabled_stderr(false);
        let writer = LogWriter::stderr(say_lost)?;
        tracing_subscriber::fmt()
            .with_env_filter(filter(&self.log_filters()?)?)
            .with_writer(move || writer.clone())
            .event_format(JsonLines)
            .try_init()
            .map_err(sc_cli::Error::Application)?;
        match fdlimit::raise_fd_limit() {
            Ok(fdlimit::Outcome::LimitRaised { to, .. }) if to < ENOUGH_FILES => {
                log::warn!("{to} open files may be too few; {ENOUGH_FILES} are enough");
            }
            Ok(_) => {}
            Err(error) => log::warn!("cannot raise how many files may be open: {error}"),
        }
        Ok(())
    }
}

/// Adds to the SDK's panic hook, which reports a panic as text and ends the process at once: the panic is logged too,
/// and everything that was logged is written first.
fn flush_before_a_panic_ends_the_process() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        log::error!("{info}");
        log_writer::flush();
        report(info);
    }));
}

/// Returns the filter of what is logged. A later directive for a target replaces an earlier one.
fn filter(directives: &str) -> sc_cli::Result<EnvFilter> {
    let environment = std::env::var("RUST_LOG").unwrap_or_default();
    let lists = [DEFAULTS, &environment, directives];
    let all = lists.iter().flat_map(|list| list.split(','));
    let mut filter = EnvFilter::default();
    for directive in all.filter(|directive| !directive.is_empty()) {
        let parsed = directive.parse::<Directive>().map_err(|error| {
            sc_cli::Error::Input(format!("{directive:?} is no filter of logs: {error}"))
        })?;
        filter = filter.add_directive(parsed);
    }
    Ok(filter)
}

/// Writes each event as an object on a line of its own.
struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut said = Said::default();
        event.record(&mut said);
        let metadata = event.metadata();
        let line = Line {
            time: now()?,
            level: metadata.level().as_str(),
            target: said.target.as_deref().unwrap_or(metadata.target()),
            message: &said.message,
            fields: &said.fields,
        };
        writeln!(writer, "{}", line.to_json()?)
    }
}

fn now() -> Result<String, fmt::Error> {
    let mut time = String::new();
    SystemTime.format_time(&mut Writer::new(&mut time))?;
    Ok(time)
}

/// Returns the line that takes the place of this many lost lines.
fn say_lost(lines: u64) -> String {
    let line = Line {
        time: now().unwrap_or_default(),
        level: "WARN",
        target: module_path!(),
        message: &format!("{lines} lines of the log were lost: who reads it does not keep up"),
        fields: &Map::new(),
    };
    line.to_json().unwrap_or_default() + "\n"
}

/// A line of the log.
#[derive(Serialize)]
struct Line<'a> {
    /// The time by RFC 3339, in UTC.
    time: String,
    level: &'a str,
    target: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "is_empty")]
    fields: &'a Map<String, Value>,
}

impl Line<'_> {
    fn to_json(&self) -> Result<String, fmt::Error> {
        serde_json::to_string(self).map_err(|_| fmt::Error)
    }
}

fn is_empty(fields: &&Map<String, Value>) -> bool {
    fields.is_empty()
}

/// The contents of an event.
#[derive(Default)]
struct Said {
    /// The target of an event that came through the crate `log`; the event's own target is then `log`.
    target: Option<String>,
    message: String,
    fields: Map<String, Value>,
}

impl Said {
    fn record(&mut self, field: &Field, value: Value) {
        match (field.name(), value) {
            ("message", Value::String(text)) => self.message = text,
            ("message", other) => self.message = other.to_string(),
            ("log.target", Value::String(target)) => self.target = Some(target),
            // The place in the source that logs it.
            (name, _) if name.starts_with("log.") => {}
            (name, value) => {
                // The crate writes a name that is a keyword of Rust as `r#type`.
                let name = name.strip_prefix("r#").unwrap_or(name);
                self.fields.insert(name.into(), value);
            }
        }
    }
}

impl Visit for Said {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.record(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.record(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.record(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.record(field, value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record(field, value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record(field, format!("{value:?}").into());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use serde_json::json;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Returns the lines that `say` logs, each without its time.
    fn lines(say: impl FnOnce()) -> Vec<Value> {
        let written = Written::default();
        let writer = written.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(move || writer.clone())
            .event_format(JsonLines)
            .finish();
        tracing::subscriber::with_default(subscriber, say);
        let bytes = written.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        let line = |line: &str| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            let time = line["time"].take();
            let time = time.as_str().unwrap();
            assert!(time.contains('T') && time.ends_with('Z'), "{time}");
            line.as_object_mut().unwrap().remove("time");
            line
        };
        text.lines().map(line).collect()
    }

    #[test]
    fn an_event_is_an_object_on_one_line() {
        let said = lines(|| {
            let cid = "bafy";
            tracing::warn!(target: "market", %cid, slots = 2, done = true, "\"so\":\n{}", 1);
            tracing::error!(target: "market", ?cid, "failed");
            tracing::info!(target: "market", "nothing more");
        });
        let expected = [
            json!({
                "level": "WARN",
                "target": "market",
                "message": "\"so\":\n1",
                "fields": { "cid": "bafy", "slots": 2, "done": true },
            }),
            json!({
                "level": "ERROR",
                "target": "market",
                "message": "failed",
                "fields": { "cid": "\"bafy\"" },
            }),
            json!({ "level": "INFO", "target": "market", "message": "nothing more" }),
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn that_lines_were_lost_is_a_line_like_any_other() {
        let said = say_lost(7);
        let line: Value = serde_json::from_str(said.strip_suffix('\n').unwrap()).unwrap();
        assert_eq!(line["level"], "WARN");
        assert!(line["message"].as_str().unwrap().starts_with("7 lines"));
        assert!(line["time"].as_str().unwrap().ends_with('Z'));
    }

    #[test]
    fn the_last_directive_for_a_target_counts() {
        let filter = filter("babe=warn,babe=debug").unwrap().to_string();
        let has = |wanted: &str| filter.split(',').any(|directive| directive == wanted);
        assert!(has("babe=debug") && !has("babe=warn"), "{filter}");
        assert!(has("info") && has("hyper=warn"), "{filter}");
    }

    #[test]
    fn a_filter_that_is_none_is_named() {
        let error = filter("babe=loud").unwrap_err().to_string();
        assert!(error.contains("babe=loud"), "{error}");
    }
}
