//! The market's parameters: what they are, and within which bounds governance can change them.
//!
//! What is a constant in [`market`](super::market) instead changes with a release only: the bounds of what is
//! stored, what weights were measured with, what is under way was counted with (`HeartbeatPeriod`, `MaxAttempts`,
//! `MaxProgressReports`, `DisputeRules`), and what makes locks cover what they have to pay (`DisputeRules` and
//! `JurorPay`). ADR 11 has them all, with reasons.

use aicpw_protocol::{audit::AuditPolicy, judging, AskPrice};
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

/// Milliseconds in a second, an hour and a day.
const SECOND: u64 = 1_000;
const HOUR: u64 = 3_600 * SECOND;
const DAY: u64 = 24 * HOUR;

market_parameters! {
    /// What governance can change about the market.
    pub enum MarketParameter for Runtime {
        /// Worth more than a day's earnings of a common graphics card. A provider that holds less after a
        /// rise is offered and drawn no more once it is met, and keeps what it runs; one that holds
        /// enough after a fall is, once it bonds or comes online again.
        0 MinStake: Balance = 100 * UNIT, from UNIT, to 100_000 * UNIT;

        /// Asks below would make collateral and fees meaningless. Holds for asks that are set from then on: a
        /// device whose ask is lower already is matched, and paid, at it until its provider sets another.
        1 MinAsk: AskPrice = AskPrice(MILLI), from AskPrice(MICRO), to AskPrice(100 * MILLI);

        /// Half of the collateral for a fault: a second one in a row costs as much again. And of the lock of a juror that
        /// is silent. More than a third, so that three of five who lie about an unavailable claim lose by it.
        2 FaultSlash: Perbill = Perbill::from_percent(50),
            from Perbill::from_percent(34), to Perbill::from_percent(100);

        /// Four weeks, in which an old wrong can still be slashed. Always longer than the longest
        /// obligation: all attempts, audits, windows, disputes with their appeals, and the retrieval of a
        /// result: with the shortest of all of them 43 hours.
        3 UnbondingPeriod: BlockNumber = 28 * DAYS, from 2 * DAYS, to 60 * DAYS;

        /// Twenty seconds after the first failure,
        4 CoolDownBase: BlockNumber = 20 * SECONDS, from SECONDS, to 10 * MINUTES;

        /// and never more than six hours.
        5 CoolDownCap: BlockNumber = 6 * HOURS, from MINUTES, to 7 * DAYS;

        /// A reputation forgets half of what it knows in a month.
        6 ReputationHalfLife: BlockNumber = 30 * DAYS, from DAYS, to 365 * DAYS;

        /// Payment of an ordinary task.
        7 ReputationUnit: Balance = UNIT, from MILLI, to 1_000 * UNIT;

        /// Covers the weight of a task's whole life: about ten transfers' worth. Never nothing.
        8 SubmissionFee: Balance = 10 * MILLI, from MILLI, to UNIT;

        /// A budget that is worth a match.
        9 MinBudget: Balance = 10 * MILLI, from MILLI, to UNIT;

        /// The longest run, in milliseconds.
        10 MaxTimeLimit: u64 = DAY, from HOUR, to 2 * DAY;

        /// A task must be able to wait for two searches. In milliseconds.
        11 MinMatchWindow: u64 = 5 * SECOND, from SECOND, to 60 * SECOND;

        /// A week, in milliseconds.
        12 MaxMatchWindow: u64 = 7 * DAY, from HOUR, to 30 * DAY;

        /// A requester must be able to look at a result. In milliseconds.
        13 MinOptimisticWindow: u64 = 5 * SECOND, from SECOND, to HOUR;

        /// Longest window of `optimistic`: a day, in milliseconds.
        14 MaxOptimisticWindow: u64 = DAY, from HOUR, to 7 * DAY;

        /// An agent that restarts has time to grant.
        15 KeyWindow: BlockNumber = MINUTES, from 10 * SECONDS, to HOURS;

        /// Inputs are fetched in it: at 100 Mbit/s, 700 MB.
        16 StartWindow: BlockNumber = MINUTES, from 10 * SECONDS, to HOURS;

        /// A live worker reports several times in it.
        17 ProgressWindow: BlockNumber = MINUTES, from 10 * SECONDS, to HOURS;

        /// Finality takes about a second; a minute survives a stall.
        18 RevealWindow: BlockNumber = MINUTES, from 10 * SECONDS, to HOURS;

        /// Time to fetch a result.
        19 RetrievalWindow: BlockNumber = HOURS, from MINUTES, to 7 * DAYS;

        /// With a missed window of a minute before it, a failed assignment is elsewhere or refunded
        /// within three heartbeat periods.
        20 RematchWindow: BlockNumber = 25 * SECONDS, from 5 * SECONDS, to HOURS;

        /// A month in which a final task can be read from the state.
        21 RetentionPeriod: BlockNumber = 30 * DAYS, from DAYS, to 365 * DAYS;

        /// At most one report in two seconds.
        22 MinProgressInterval: BlockNumber = 2 * SECONDS, from SECONDS, to MINUTES;

        /// Design §4.
        23 ProtocolFee: Perbill = Perbill::from_percent(2),
            from Perbill::zero(), to Perbill::from_percent(20);

        /// Design §4.
        24 CollateralShare: Perbill = Perbill::from_percent(50),
            from Perbill::from_percent(10), to Perbill::from_percent(100);

        /// The collateral of the smallest tasks: failing them costs more than the gain of a slot.
        25 MinCollateralBase: Balance = 100 * MILLI, from MILLI, to 100 * UNIT;

        /// How many of the results of the best providers are audited: one in twenty. The fraud bond is the
        /// inverse of it, times `AuditReliability`. Never nothing. At a quarter, and an `AuditReliability` of a tenth,
        /// which is the least, the bond is that of the defaults; much less would not pay everybody whom a lie owes.
        26 LowestAuditRate: Perbill = Perbill::from_percent(5),
            from Perbill::from_percent(1), to Perbill::from_percent(25);

        /// The fetch and the build of a task that cannot run; never more than its price.
        27 BaseFee: Balance = 5 * MILLI, from 0, to UNIT;

        /// What validators get of the treasury at the end of each era, on top of the fees of their
        /// blocks: at this share the treasury gives away half of what it holds in seventeen days, and
        /// in nine at most. This track is not there to spend the treasury.
        28 ValidatorStream: Perbill = Perbill::from_percent(1),
            from Perbill::zero(), to Perbill::from_percent(2);

        /// Of the results of those who begin: one in twelve,
        29 BeginnerAuditRate: Perbill = Perbill::from_percent(8),
            from Perbill::from_percent(1), to Perbill::from_percent(100);

        /// and of those who have failed again and again every second.
        30 WorstAuditRate: Perbill = Perbill::from_percent(50),
            from Perbill::from_percent(1), to Perbill::from_percent(100);

        /// What a high price adds to the rate at most,
        31 AuditSurcharge: Perbill = Perbill::from_percent(2),
            from Perbill::zero(), to Perbill::from_percent(50);

        /// and the price at which it adds half of it.
        32 AuditUnit: Balance = 100 * UNIT, from UNIT, to 100_000 * UNIT;

        /// So many audits of wrong results are counted on to end with a verdict.
        33 AuditReliability: Perbill = Perbill::from_percent(50),
            from Perbill::from_percent(10), to Perbill::from_percent(100);

        /// Auditors of one audit.
        34 Auditors: u8 = 1, from 1, to 2;

        /// The share of what a wrong result costs its provider for those who found it.
        35 FinderReward: Perbill = Perbill::from_percent(10),
            from Perbill::from_percent(1), to Perbill::from_percent(50);

        /// How long a conformance run takes a device of the declared speed, in milliseconds. At zero there
        /// are none, and devices are believed: for the day on which the run itself is found to be wrong.
        36 ConformanceRun: u64 = SECOND, from 0, to 2 * SECOND;

        /// Twelve times as long: drivers compile, and machines are busy. It is also by how much a spec can
        /// be exaggerated.
        37 ConformanceWindow: BlockNumber = 12 * SECONDS, from 5 * SECONDS, to MINUTES;

        /// A person who is told of a verdict has time to look.
        38 AppealWindow: BlockNumber = 5 * MINUTES, from MINUTES, to DAYS;

        /// A worker that is up opens its trace within seconds; whoever names a part has to fetch that.
        39 TraceWindow: BlockNumber = 2 * MINUTES, from 30 * SECONDS, to HOURS;
    }
}

/// The rules of audits, as the parameters have them: see [`aicpw_protocol::audit`].
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

/// What the pallets that read the parameters require of them, one by one and together.
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
