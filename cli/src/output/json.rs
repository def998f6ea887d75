//! The documents of `--json`. Their fields are described in `docs/cli.md` and are stable: fields may be added, but none
//! is removed or changes its meaning.
//!
//! Amounts are decimal AICP in strings, never rounded; hashes are hexadecimal with `0x`; accounts are SS58; time spans
//! are in milliseconds and their names end in `_milliseconds`; blocks are heights.

use aicpw_protocol::{
    device::Reputation,
    task::{
        AssignmentStatus, DeterminismClass, Engine, Fault, Needs, Privacy, Refunded, Role,
        TaskStatus, Unmatched, Verification,
    },
    view::{AssignmentView, AuditState, ChallengeState, DeviceView, ProviderView, TaskView},
    BlockNumber, ContentId,
};
use serde::Serialize;

use crate::{
    account::Account, amount::Amount, error::Error, hash::show_hash, output::is_printed, peers,
    program_name::with_own_name,
};

/// The value as a JSON document over several lines.
pub fn document(value: &impl Serialize) -> String {
    escaped(serde_json::to_string_pretty(value).unwrap_or_else(|error| error.to_string()))
}

/// The value as a JSON document on one line.
pub fn line(value: &impl Serialize) -> String {
    escaped(serde_json::to_string(value).unwrap_or_else(|error| error.to_string()))
}

/// Escapes characters that JSON allows in a string but a terminal would obey, or show in another order. Strangers
/// choose names of devices and messages of failures, and people look at documents, too.
fn escaped(text: String) -> String {
    // The characters of JSON's own syntax are all printable.
    if text.chars().all(is_printed) {
        return text;
    }
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_printed(c) {
            safe.push(c);
        } else {
            safe.push_str(&format!("\\u{:04x}", u32::from(c)));
        }
    }
    safe
}

/// A failure.
#[derive(Serialize)]
pub struct FailureJson<'a> {
    error: FailureBody<'a>,
}

#[derive(Serialize)]
struct FailureBody<'a> {
    code: u8,
    kind: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<u64>,
}

/// The document about a failure.
pub fn failure(error: &Error) -> FailureJson<'_> {
    FailureJson {
        error: FailureBody {
            code: error.kind as u8,
            kind: error.kind.name(),
            message: &error.message,
            hint: error.hint.as_deref(),
            task: error.task,
        },
    }
}

/// A task.
#[derive(Serialize)]
pub struct TaskJson {
    task: u64,
    requester: Account,
    #[serde(flatten)]
    state: TaskStateJson,
    manifest: ContentId,
    needs: NeedsJson,
    budget: Amount,
    escrow: Amount,
    time_limit_milliseconds: u64,
    match_window_milliseconds: u64,
    verification: VerificationJson,
    #[serde(flatten)]
    privacy: PrivacyJson,
    peers: Vec<String>,
    submitted_at: BlockNumber,
    timestamp: u64,
    history_head: String,
    rating: Option<u8>,
    audit: Option<AuditJson>,
    assignments: Vec<AssignmentJson>,
}

#[derive(Serialize)]
#[serde(tag = "privacy", rename_all = "kebab-case")]
enum PrivacyJson {
    Public,
    Sealed { key_commitment: String },
}

#[derive(Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
enum TaskStateJson {
    Queued {
        match_by: BlockNumber,
    },
    Parked {
        match_by: BlockNumber,
        reason: Unmatched,
    },
    Active,
    Verifying {
        settle_at: BlockNumber,
    },
    Disputed,
    Settled {
        ended_at: BlockNumber,
        paid: Amount,
    },
    Cancelled {
        ended_at: BlockNumber,
    },
    Refunded {
        ended_at: BlockNumber,
        reason: Refunded,
    },
}

#[derive(Serialize)]
struct NeedsJson {
    engine: Engine,
    class: DeterminismClass,
    gflops: u64,
    memory_mib: u64,
    bandwidth_mbps: u32,
    min_reputation: Reputation,
}

#[derive(Serialize)]
#[serde(tag = "mode", rename_all = "kebab-case")]
enum VerificationJson {
    Expected { root_hash: String },
    Optimistic { window_milliseconds: u64 },
    Replicated { replicas: u8, quorum: u8 },
    Proof { circuit: u32 },
}

/// Whether the task's results are audited.
#[derive(Serialize)]
struct AuditJson {
    state: AuditState,
    rate_ppb: u32,
    cost: Amount,
}

/// An assignment.
#[derive(Serialize)]
struct AssignmentJson {
    assignment: String,
    role: Role,
    provider: Account,
    device: u64,
    price: Amount,
    audit_cost: Amount,
    collateral: Amount,
    fraud_bond: Amount,
    assigned_at: BlockNumber,
    #[serde(flatten)]
    state: AssignmentStateJson,
    peers: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_granted_to: Option<String>,
}

#[derive(Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
enum AssignmentStateJson {
    AwaitingKey {
        grant_by: BlockNumber,
        recipient: String,
    },
    Assigned {
        start_by: BlockNumber,
    },
    Running {
        progress_by: BlockNumber,
        commit_by: BlockNumber,
        steps_done: u64,
        steps_total: u64,
    },
    Committed {
        commitment: String,
        committed_at: BlockNumber,
        reveal_by: Option<BlockNumber>,
    },
    Revealed {
        result_root: String,
        result: ContentId,
        revealed_at: BlockNumber,
    },
    Settled {
        result_root: String,
        result: ContentId,
        ended_at: BlockNumber,
    },
    Failed {
        fault: Fault,
        message: String,
        log: Option<ContentId>,
        ended_at: BlockNumber,
    },
    Cancelled {
        ended_at: BlockNumber,
    },
}

impl From<&TaskView<Account>> for TaskJson {
    fn from(view: &TaskView<Account>) -> Self {
        let submission = &view.submission;
        Self {
            task: view.id.0,
            requester: view.requester,
            state: match view.status {
                TaskStatus::Queued { match_by } => TaskStateJson::Queued { match_by },
                TaskStatus::Parked { match_by, reason } => {
                    TaskStateJson::Parked { match_by, reason }
                }
                TaskStatus::Active => TaskStateJson::Active,
                TaskStatus::Verifying { settle_at } => TaskStateJson::Verifying { settle_at },
                TaskStatus::Disputed => TaskStateJson::Disputed,
                TaskStatus::Settled { at, paid } => TaskStateJson::Settled {
                    ended_at: at,
                    paid: Amount(paid),
                },
                TaskStatus::Cancelled { at } => TaskStateJson::Cancelled { ended_at: at },
                TaskStatus::Refunded { at, reason } => TaskStateJson::Refunded {
                    ended_at: at,
                    reason,
                },
            },
            manifest: submission.manifest.clone(),
            needs: (&submission.needs).into(),
            budget: Amount(submission.budget),
            escrow: Amount(view.escrow),
            time_limit_milliseconds: submission.time_limit.0,
            match_window_milliseconds: submission.match_window.0,
            verification: match submission.verification {
                Verification::Expected { root_hash } => VerificationJson::Expected {
                    root_hash: show_hash(&root_hash),
                },
                Verification::Optimistic { window } => VerificationJson::Optimistic {
                    window_milliseconds: window.0,
                },
                Verification::Replicated { replicas, quorum } => {
                    VerificationJson::Replicated { replicas, quorum }
                }
                Verification::Proof { circuit } => VerificationJson::Proof { circuit },
            },
            privacy: match submission.privacy {
                Privacy::Public => PrivacyJson::Public,
                Privacy::Sealed { key_commitment } => PrivacyJson::Sealed {
                    key_commitment: show_hash(&key_commitment),
                },
            },
            peers: peers::show_all(&submission.peers),
            submitted_at: view.submitted_at,
            timestamp: view.timestamp,
            history_head: show_hash(&view.history_head),
            rating: view.rating,
            audit: view.audit.as_ref().map(|audit| AuditJson {
                state: audit.state,
                rate_ppb: audit.rate_ppb,
                cost: Amount(audit.cost),
            }),
            assignments: view.assignments.iter().map(Into::into).collect(),
        }
    }
}

impl From<&Needs> for NeedsJson {
    fn from(needs: &Needs) -> Self {
        Self {
            engine: needs.engine,
            class: needs.class,
            gflops: needs.gflops.0,
            memory_mib: needs.memory.0,
            bandwidth_mbps: needs.bandwidth.0,
            min_reputation: needs.min_reputation,
        }
    }
}

impl From<&AssignmentView<Account>> for AssignmentJson {
    fn from(view: &AssignmentView<Account>) -> Self {
        Self {
            assignment: view.id.to_string(),
            role: view.role,
            provider: view.provider,
            device: view.device.0,
            price: Amount(view.price),
            audit_cost: Amount(view.audit_cost),
            collateral: Amount(view.collateral),
            fraud_bond: Amount(view.fraud_bond),
            assigned_at: view.assigned_at,
            state: match &view.status {
                AssignmentStatus::AwaitingKey {
                    grant_by,
                    recipient,
                } => AssignmentStateJson::AwaitingKey {
                    grant_by: *grant_by,
                    recipient: show_hash(recipient),
                },
                AssignmentStatus::Assigned { start_by } => AssignmentStateJson::Assigned {
                    start_by: *start_by,
                },
                AssignmentStatus::Running {
                    progress_by,
                    commit_by,
                    progress,
                    ..
                } => AssignmentStateJson::Running {
                    progress_by: *progress_by,
                    commit_by: *commit_by,
                    steps_done: progress.steps_done,
                    steps_total: progress.steps_total,
                },
                AssignmentStatus::Committed {
                    commitment,
                    at,
                    reveal_by,
                } => AssignmentStateJson::Committed {
                    commitment: show_hash(commitment),
                    committed_at: *at,
                    reveal_by: *reveal_by,
                },
                AssignmentStatus::Revealed { opening, at } => AssignmentStateJson::Revealed {
                    result_root: show_hash(&opening.result_root),
                    result: opening.result.clone(),
                    revealed_at: *at,
                },
                AssignmentStatus::Settled { opening, at } => AssignmentStateJson::Settled {
                    result_root: show_hash(&opening.result_root),
                    result: opening.result.clone(),
                    ended_at: *at,
                },
                AssignmentStatus::Failed {
                    fault,
                    at,
                    log,
                    message,
                } => AssignmentStateJson::Failed {
                    fault: *fault,
                    message: with_own_name(&String::from_utf8_lossy(message), None),
                    log: log.clone(),
                    ended_at: *at,
                },
                AssignmentStatus::Cancelled { at } => {
                    AssignmentStateJson::Cancelled { ended_at: *at }
                }
            },
            peers: peers::show_all(&view.peers),
            key_granted_to: view.envelope.map(|envelope| show_hash(&envelope.recipient)),
        }
    }
}

/// A provider.
#[derive(Serialize)]
pub struct ProviderJson {
    account: Account,
    online: bool,
    last_heartbeat: Option<BlockNumber>,
    stake: Amount,
    locked: Amount,
    unbonding: Amount,
    unbondings: Vec<UnbondingJson>,
    reputation: Reputation,
    settled: u64,
    faults: u64,
    ratings: u64,
    rating_average: Option<f64>,
    worker: String,
    sealing_key: String,
    peers: Vec<String>,
    devices: Vec<DeviceJson>,
}

/// Stake that is unbonding.
#[derive(Serialize)]
struct UnbondingJson {
    amount: Amount,
    available_at: BlockNumber,
}

/// A device.
#[derive(Serialize)]
pub struct DeviceJson {
    device: u64,
    name: String,
    kind: aicpw_protocol::device::DeviceKind,
    engine: Engine,
    classes: Vec<DeterminismClass>,
    gflops: u64,
    effective_gflops: u64,
    memory_mib: u64,
    bandwidth_mbps: u32,
    fingerprint: String,
    ask: Amount,
    slots: u8,
    used_slots: u8,
    available: bool,
    online: bool,
    cools_until: Option<BlockNumber>,
    challenge: Option<ChallengeJson>,
}

/// What a device still has to prove.
#[derive(Serialize)]
struct ChallengeJson {
    attempt: u32,
    state: ChallengeState,
    blocks_left: BlockNumber,
}

/// The documents about a provider's devices.
pub fn devices(view: &ProviderView<Account>) -> Vec<DeviceJson> {
    view.devices.iter().map(Into::into).collect()
}

/// The average of a provider's ratings; `None` if there are none.
pub fn rating_average((count, sum): (u64, u64)) -> Option<f64> {
    (count > 0).then(|| sum as f64 / count as f64)
}

/// The determinism classes in a set.
pub fn classes(set: aicpw_protocol::device::ClassSet) -> Vec<DeterminismClass> {
    [
        DeterminismClass::Int,
        DeterminismClass::Fp32Strict,
        DeterminismClass::Device,
    ]
    .into_iter()
    .filter(|class| set.contains(*class))
    .collect()
}

impl From<&ProviderView<Account>> for ProviderJson {
    fn from(view: &ProviderView<Account>) -> Self {
        Self {
            account: view.account,
            online: view.online,
            last_heartbeat: view.last_heartbeat,
            stake: Amount(view.stake),
            locked: Amount(view.locked),
            unbonding: Amount(view.unbonding),
            unbondings: view
                .unbondings
                .iter()
                .map(|chunk| UnbondingJson {
                    amount: Amount(chunk.amount),
                    available_at: chunk.available_at,
                })
                .collect(),
            reputation: view.reputation,
            settled: view.settled,
            faults: view.faults,
            ratings: view.ratings.0,
            rating_average: rating_average(view.ratings),
            worker: show_hash(&view.worker),
            sealing_key: show_hash(&view.sealing_key),
            peers: peers::show_all(&view.peers),
            devices: devices(view),
        }
    }
}

impl From<&DeviceView<Account>> for DeviceJson {
    fn from(view: &DeviceView<Account>) -> Self {
        Self {
            device: view.id.0,
            name: String::from_utf8_lossy(&view.spec.name).into_owned(),
            kind: view.spec.kind,
            engine: view.spec.engine,
            classes: classes(view.spec.classes),
            gflops: view.spec.gflops.0,
            effective_gflops: view.effective_gflops.0,
            memory_mib: view.spec.memory.0,
            bandwidth_mbps: view.spec.bandwidth.0,
            fingerprint: show_hash(&view.spec.fingerprint),
            ask: Amount(view.ask.0),
            slots: view.slots,
            used_slots: view.used_slots,
            available: view.available,
            online: view.online,
            cools_until: view.cools_until,
            challenge: view.challenge.map(|challenge| ChallengeJson {
                attempt: challenge.attempt,
                state: challenge.state,
                blocks_left: challenge.blocks_left,
            }),
        }
    }
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
