//! The market's parameters, and the bounds within which governance can change them.
//!
//! The constants in [`market`](super::market) change only with a release. They bound what is stored, they are numbers
//! that weights were measured with or that counts in progress depend on (`HeartbeatPeriod`, `MaxAttempts`,
//! `MaxProgressReports`, `DisputeRules`), or they make locks cover what the locks have to pay (`DisputeRules` and
//! `JurorPay`). ADR 11 lists all of them, with reasons.

use aicpw_protocol::{audit::AuditPolicy, history::LEAST_RETENTION, judging, AskPrice};
use frame_support::traits::{EitherOf, Get};
use frame_system::EnsureRoot;
use pallet_market_parameters::market_parameters;
use sp_runtime::Perbill;

use crate::{
    configs::{
        governance::origins::EnsureMarketParameters,
        market::{DisputeRules, JurorPay},
    },
    units::{DAYS, HOURS, MICRO, MILLI, MINUTES, SECONDS, UNIT},
    AccountId, Balance, BlockNumber, ProviderStaking, Runtime, Tasks,
};

/// Milliseconds in a second.
const SECOND: u64 = 1_000;
const HOUR: u64 = 3_600 * SECOND;
const DAY: u64 = 24 * HOUR;

market_parameters! {
    /// What governance can change about the market.
    pub enum MarketParameter for Runtime {
        /// The least stake with which a provider is offered tasks and drawn. Worth more than a day's earnings of a
        /// common graphics card. After a rise, a provider that holds less is no longer offered or drawn once matching
        /// or a draw meets it, and keeps what it runs. After a fall, a provider that now holds enough is offered and
        /// drawn once it bonds or comes online again.
        0 MinStake: Balance = 100 * UNIT, from UNIT, to 100_000 * UNIT;

        /// The lowest ask; with lower asks, collateral and fees would be meaningless. Holds for asks that are set from
        /// then on: a device whose ask is already lower is matched and paid at that ask until its provider sets
        /// another.
        1 MinAsk: AskPrice = AskPrice(MILLI), from AskPrice(MICRO), to AskPrice(100 * MILLI);

        /// The share of the collateral that a fault costs: half, so a second one in a row costs as much again. Also the
        /// share of the lock that a silent juror loses. More than a third, so that three of five jurors who lie about
        /// an unavailable claim lose by it.
        2 FaultSlash: Perbill = Perbill::from_percent(50),
            from Perbill::from_percent(34), to Perbill::from_percent(100);

        /// How long stake unbonds: four weeks, in which an old wrong can still be slashed. Always longer than the
        /// longest obligation: all attempts, audits, windows, disputes with their appeals, and the retrieval of a
        /// result, which take 43 hours at the shortest values of all of them.
        3 UnbondingPeriod: BlockNumber = 28 * DAYS, from 2 * DAYS, to 60 * DAYS;

        /// How long a device gets no tasks after its first failure: twenty seconds.
        4 CoolDownBase: BlockNumber = 20 * SECONDS, from SECONDS, to 10 * MINUTES;

        /// The longest that a device gets no tasks after failures: six hours.
        5 CoolDownCap: BlockNumber = 6 * HOURS, from MINUTES, to 7 * DAYS;

        /// The time in which a reputation forgets half of what it knows: a month.
        6 ReputationHalfLife: BlockNumber = 30 * DAYS, from DAYS, to 365 * DAYS;

        /// The payment that counts half for a reputation: that of an ordinary task.
        7 ReputationUnit: Balance = UNIT, from MILLI, to 1_000 * UNIT;

        /// What a submission costs per replica. Covers the weight of a task's whole life: about ten transfers' worth.
        /// Never nothing.
        8 SubmissionFee: Balance = 10 * MILLI, from MILLI, to UNIT;

        /// The least budget that is worth a match.
        9 MinBudget: Balance = 10 * MILLI, from MILLI, to UNIT;

        /// The longest run, in milliseconds.
        10 MaxTimeLimit: u64 = DAY, from HOUR, to 2 * DAY;

        /// The shortest match window, in milliseconds: a task must be able to wait for two searches.
        11 MinMatchWindow: u64 = 5 * SECOND, from SECOND, to 60 * SECOND;

        /// The longest match window, in milliseconds: a week.
        12 MaxMatchWindow: u64 = 7 * DAY, from HOUR, to 30 * DAY;

        /// The shortest window of `optimistic`, in milliseconds: a requester must be able to look at a result.
        13 MinOptimisticWindow: u64 = 5 * SECOND, from SECOND, to HOUR;

        /// The longest window of `optimistic`, in milliseconds: a day.
        14 MaxOptimisticWindow: u64 = DAY, from HOUR, to 7 * DAY;

        /// The time in which a data key has to be granted, so that an agent that restarts still can.
        15 KeyWindow: BlockNumber = MINUTES, from 10 * SECONDS, to HOURS;

        /// The time in which a provider has to start. It fetches the inputs in it: at 100 Mbit/s, 700 MB.
        16 StartWindow: BlockNumber = MINUTES, from 10 * SECONDS, to HOURS;

        /// The time in which a running assignment has to report progress again. A live worker reports several times in
        /// it.
        17 ProgressWindow: BlockNumber = MINUTES, from 10 * SECONDS, to HOURS;

        /// The time in which a commitment has to be opened. Finality takes about a second; a minute survives a stall.
        18 RevealWindow: BlockNumber = MINUTES, from 10 * SECONDS, to HOURS;

        /// The time for fetching a result after the settlement.
        19 RetrievalWindow: BlockNumber = HOURS, from MINUTES, to 7 * DAYS;

        /// The time in which a replacement, an auditor or a jury has to be found. With a missed window of a minute
        /// before it, a failed assignment is elsewhere or refunded within three heartbeat periods.
        20 RematchWindow: BlockNumber = 25 * SECONDS, from 5 * SECONDS, to HOURS;

        /// How long a final task can be read from the state: a month. Whoever verifies the history relies on the lowest
        /// value.
        21 RetentionPeriod: BlockNumber = 30 * DAYS, from LEAST_RETENTION, to 365 * DAYS;

        /// The shortest time between two progress reports: two seconds.
        22 MinProgressInterval: BlockNumber = 2 * SECONDS, from SECONDS, to MINUTES;

        /// The share of a payment that the protocol keeps (design §4).
        23 ProtocolFee: Perbill = Perbill::from_percent(2),
            from Perbill::zero(), to Perbill::from_percent(20);

        /// The share of the price or budget that is the collateral (design §4).
        24 CollateralShare: Perbill = Perbill::from_percent(50),
            from Perbill::from_percent(10), to Perbill::from_percent(100);

        /// The amount from which the collateral of the smallest tasks is computed, so that failing them costs more than
        /// the gain of a slot.
        25 MinCollateralBase: Balance = 100 * MILLI, from MILLI, to 100 * UNIT;

        /// The share of the best providers' results that is audited: one in twenty. Never nothing. The fraud bond is
        /// the inverse of this rate times `AuditReliability`. At a rate of a quarter and the lowest `AuditReliability`,
        /// which is a tenth, the bond is as large as with the defaults; a much smaller bond would not pay everybody
        /// whom a lie owes.
        26 LowestAuditRate: Perbill = Perbill::from_percent(5),
            from Perbill::from_percent(1), to Perbill::from_percent(25);

        /// The most that a provider is paid for the fetch and the build of a task that cannot run; never more than its
        /// price.
        27 BaseFee: Balance = 5 * MILLI, from 0, to UNIT;

        /// The share of the treasury that validators get at the end of each era, on top of the fees of their blocks. At
        /// this share the treasury gives away half of what it holds in seventeen days; at the highest share, in nine.
        /// The track of market parameters is not there to spend the treasury.
        28 ValidatorStream: Perbill = Perbill::from_percent(1),
            from Perbill::zero(), to Perbill::from_percent(2);

        /// The share of beginners' results that is audited: one in twelve.
        29 BeginnerAuditRate: Perbill = Perbill::from_percent(8),
            from Perbill::from_percent(1), to Perbill::from_percent(100);

        /// The share of the results that is audited of providers which have failed again and again: every second.
        30 WorstAuditRate: Perbill = Perbill::from_percent(50),
            from Perbill::from_percent(1), to Perbill::from_percent(100);

        /// The most that a high price adds to the audit rate.
        31 AuditSurcharge: Perbill = Perbill::from_percent(2),
            from Perbill::zero(), to Perbill::from_percent(50);

        /// The price at which half of `AuditSurcharge` is added.
        32 AuditUnit: Balance = 100 * UNIT, from UNIT, to 100_000 * UNIT;

        /// The share of audits of wrong results that is counted on to end with a verdict.
        33 AuditReliability: Perbill = Perbill::from_percent(50),
            from Perbill::from_percent(10), to Perbill::from_percent(100);

        /// The number of auditors of one audit.
        34 Auditors: u8 = 1, from 1, to 2;

        /// The share of what a wrong result costs its provider that goes to those who found it.
        35 FinderReward: Perbill = Perbill::from_percent(10),
            from Perbill::from_percent(1), to Perbill::from_percent(50);

        /// How long a conformance run takes a device of the declared speed, in milliseconds. At zero there are no runs,
        /// and devices are believed: for the day on which the run itself turns out to be wrong.
        36 ConformanceRun: u64 = SECOND, from 0, to 2 * SECOND;

        /// The time for answering a conformance challenge: twelve times as long as the run, because drivers compile and
        /// machines are busy. By the same factor a spec can be exaggerated.
        37 ConformanceWindow: BlockNumber = 12 * SECONDS, from 5 * SECONDS, to MINUTES;

        /// The time for an appeal after a verdict, so that a person who is told of it has time to look.
        38 AppealWindow: BlockNumber = 5 * MINUTES, from MINUTES, to DAYS;

        /// The time in which a trace has to be opened. A worker that is up opens its trace within seconds; whoever
        /// names a part has to fetch the trace.
        39 TraceWindow: BlockNumber = 2 * MINUTES, from 30 * SECONDS, to HOURS;
    }
}

/// The rules of audits, with the parameters' current values; see [`aicpw_protocol::audit`].
pub struct AuditRules;

impl Get<AuditPolicy> for AuditRules {
    fn get() -> AuditPolicy {
        AuditPolicy {
            lowest: LowestAuditRate::get(),
            beginner: BeginnerAuditRate::get(),
            worst: WorstAuditRate::get(),
            surcharge: AuditSurcharge::get(),
            unit: AuditUnit::get(),
            reliability: AuditReliability::get(),
            auditors: Auditors::get(),
            reward: FinderReward::get(),
        }
    }
}

/// What the pallets require of the parameters that they read, one by one and together.
pub struct MarketRelations;

impl pallet_market_parameters::Relations for MarketRelations {
    fn check() -> Result<(), &'static str> {
        ProviderStaking::check_config()?;
        Tasks::check_config()?;
        let juror_pay = JurorPay::get().into();
        if judging::locks_pay_everybody(&AuditRules::get(), &DisputeRules::get(), juror_pay) {
            Ok(())
        } else {
            Err("a proven lie must pay its requester, all its jurors and its finders in full")
        }
    }
}

impl pallet_market_parameters::Config for Runtime {
    type Parameter = MarketParameter;
    type Relations = MarketRelations;
    type AdminOrigin = EitherOf<EnsureRoot<AccountId>, EnsureMarketParameters>;
    type WeightInfo = pallet_market_parameters::weights::SubstrateWeight<Runtime>;
}
