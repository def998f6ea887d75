//! Who the validators are: nominated proof of stake, what it pays, and what cheating costs.

use frame_election_provider_support::{
    bounds::{ElectionBounds, ElectionBoundsBuilder},
    onchain, SequentialPhragmen, VoteWeight,
};
use frame_support::{
    parameter_types,
    traits::{
        fungible::{Balanced, Credit, Debt, Mutate},
        tokens::{imbalance::ResolveTo, Fortitude, Preservation},
        ConstBool, ConstU32, Imbalance, Nothing, OnUnbalanced,
    },
    PalletId,
};
use frame_system::EnsureRoot;
use pallet_staking::{FixedNominationsQuota, UseValidatorsMap};
use sp_runtime::{traits::AccountIdConversion, Perbill};
use sp_staking::{currency_to_vote::U128CurrencyToVote, EraIndex, EraPayout, SessionIndex};

use crate::{
    configs::{
        calendar::EraLength, consensus::MAX_AUTHORITIES, money::TreasuryAccount,
        parameters::ValidatorStream,
    },
    AccountId, Balance, Balances, Runtime, RuntimeEvent, RuntimeHoldReason, Session, Staking,
    Timestamp, VoterList,
};

/// Sessions in an era, unless the genesis sets fewer: six hours. Stake is counted and paid by era.
pub const SESSIONS_PER_ERA: SessionIndex = 36;

/// Eras for which stake stays bonded after unbonding: a week, in which an equivocation of the past can still be proven.
pub const BONDING_ERAS: EraIndex = 28;

/// Whole eras between that of an offence and its slash: six days and a half, in which governance can cancel a slash
/// that a bug caused.
///
/// This is the highest possible number. A slash is due a fixed number of eras after the offence, and is never applied
/// if the offence is reported later than that. So it is due as late as the stake is certain to be there: whoever
/// unbonds in the era of the offence can withdraw in the last session before [`BONDING_ERAS`] are over.
pub const SLASH_DEFER_ERAS: EraIndex = BONDING_ERAS - 2;

/// Most voters of an election. The election is held in one block, at the end of which there is a new set. With this
/// many voters, and [`MAX_AUTHORITIES`] to elect, its stock weight is that of two full blocks.
pub const ELECTING_VOTERS: u32 = 400;

/// Most candidates of an election, and so most that can stand for one: with more there is no election at all.
pub const CANDIDATES: u32 = 100;

/// Most nominators behind one validator; the largest ones count. The report of an equivocation weighs enough to slash
/// them all, and has to fit into a block beside what the market does in it
/// ([`ReportWeight`](super::reports::ReportWeight)). With this many nominators it weighs more than a quarter of a
/// block.
pub const MAX_BACKERS: u32 = 128;

/// The account that validators are paid from is derived from this id.
pub const VALIDATOR_POT_ID: PalletId = PalletId(*b"aicp/val");

/// Upper ends of the bags that keep voters by stake. Each is twice the one before, so that larger voters come first.
pub const BAG_THRESHOLDS: [VoteWeight; 64] = {
    let mut thresholds = [0; 64];
    let mut index = 0;
    while index < 63 {
        thresholds[index] = 1 << (index + 1);
        index += 1;
    }
    thresholds[63] = VoteWeight::MAX;
    thresholds
};

parameter_types! {
    /// [`BONDING_ERAS`].
    pub const BondingDuration: EraIndex = BONDING_ERAS;
    /// [`SLASH_DEFER_ERAS`].
    pub const SlashDeferDuration: EraIndex = SLASH_DEFER_ERAS;
    /// How long earnings can be claimed: three weeks.
    pub const HistoryDepth: u32 = 84;
    /// The account that validators are paid from, which the treasury fills.
    pub ValidatorPot: AccountId = VALIDATOR_POT_ID.into_account_truncating();
    /// The bounds of an election: [`ELECTING_VOTERS`] and [`CANDIDATES`].
    pub OnChainBounds: ElectionBounds = ElectionBoundsBuilder::default()
        .voters_count(ELECTING_VOTERS.into())
        .targets_count(CANDIDATES.into())
        .build();
    /// [`BAG_THRESHOLDS`].
    pub const BagThresholds: &'static [VoteWeight] = &BAG_THRESHOLDS;
}

/// The election: sequential Phragmén, held in the block in which it is due.
pub struct Election;

impl onchain::Config for Election {
    type Sort = ConstBool<true>;
    type System = Runtime;
    type Solver = SequentialPhragmen<AccountId, Perbill>;
    type MaxBackersPerWinner = ConstU32<MAX_BACKERS>;
    type MaxWinnersPerPage = ConstU32<MAX_AUTHORITIES>;
    type DataProvider = Staking;
    type WeightInfo = frame_election_provider_support::weights::SubstrateWeight<Runtime>;
    type Bounds = OnChainBounds;
}

/// What validators get at the end of an era: a share of the treasury, on top of the fees of their blocks. It is divided
/// by the blocks that each validator has made, and then by stake. Nothing is minted for it.
pub struct TreasuryStream;

impl EraPayout<Balance> for TreasuryStream {
    fn era_payout(_staked: Balance, _issuance: Balance, _milliseconds: u64) -> (Balance, Balance) {
        use frame_support::traits::fungible::Inspect;
        let treasury = TreasuryAccount::get();
        let spare =
            Balances::reducible_balance(&treasury, Preservation::Preserve, Fortitude::Polite);
        let share = ValidatorStream::get().mul_floor(spare);
        let pot = ValidatorPot::get();
        match Balances::transfer(&treasury, &pot, share, Preservation::Preserve) {
            Ok(paid) => (paid, 0),
            // The share is less than an account can hold.
            Err(_) => (0, 0),
        }
    }
}

/// Takes what the staking pallet has minted for a payout out of the pot, so that the supply stays what the bridge has
/// minted.
pub struct PaidByPot;

impl OnUnbalanced<Debt<AccountId, Balances>> for PaidByPot {
    fn on_nonzero_unbalanced(minted: Debt<AccountId, Balances>) {
        // Each era's payout was put into the pot first. If governance has moved it, the treasury pays.
        let settled = Balances::settle(&ValidatorPot::get(), minted, Preservation::Preserve)
            .or_else(|owed| {
                Balances::settle(&TreasuryAccount::get(), owed, Preservation::Preserve)
            });
        frame_support::defensive_assert!(settled.is_ok(), "the treasury owes what the pot lacks");
    }
}

/// Takes back the part of an era's share that validators do not get because of `max_staked_rewards`. The pallet mints
/// that part anew, so the new tokens are dropped, and the share goes back to the treasury.
pub struct BackToTreasury;

impl OnUnbalanced<Credit<AccountId, Balances>> for BackToTreasury {
    fn on_nonzero_unbalanced(minted: Credit<AccountId, Balances>) {
        let amount = minted.peek();
        drop(minted);
        let (pot, treasury) = (ValidatorPot::get(), TreasuryAccount::get());
        let returned = Balances::transfer(&pot, &treasury, amount, Preservation::Preserve);
        frame_support::defensive_assert!(returned.is_ok(), "the share was put in before");
    }
}

/// Sizes of the staking pallet's benchmarks.
pub struct StakingBenchmarks;

impl pallet_staking::BenchmarkingConfig for StakingBenchmarks {
    type MaxValidators = ConstU32<CANDIDATES>;
    type MaxNominators = ConstU32<ELECTING_VOTERS>;
}

impl pallet_staking::Config for Runtime {
    type OldCurrency = Balances;
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type CurrencyBalance = Balance;
    type UnixTime = Timestamp;
    type CurrencyToVote = U128CurrencyToVote;
    type ElectionProvider = onchain::OnChainExecution<Election>;
    type GenesisElectionProvider = onchain::OnChainExecution<Election>;
    type NominationsQuota = FixedNominationsQuota<16>;
    type HistoryDepth = HistoryDepth;
    type RewardRemainder = BackToTreasury;
    type RuntimeEvent = RuntimeEvent;
    type Slash = ResolveTo<TreasuryAccount, Balances>;
    type Reward = PaidByPot;
    type SessionsPerEra = EraLength;
    type BondingDuration = BondingDuration;
    type SlashDeferDuration = SlashDeferDuration;
    type AdminOrigin = EnsureRoot<AccountId>;
    type SessionInterface = Self;
    type EraPayout = TreasuryStream;
    type NextNewSession = Session;
    type MaxExposurePageSize = ConstU32<64>;
    type MaxValidatorSet = ConstU32<MAX_AUTHORITIES>;
    type VoterList = VoterList;
    type TargetList = UseValidatorsMap<Self>;
    type MaxUnlockingChunks = ConstU32<32>;
    type MaxControllersInDeprecationBatch = ConstU32<1>;
    type EventListeners = ();
    type Filter = Nothing;
    type BenchmarkingConfig = StakingBenchmarks;
    type WeightInfo = pallet_staking::weights::SubstrateWeight<Runtime>;
}

/// The bags of the voters of staking.
pub type VoterBags = pallet_bags_list::Instance1;

impl pallet_bags_list::Config<VoterBags> for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_bags_list::weights::SubstrateWeight<Runtime>;
    type ScoreProvider = Staking;
    type BagThresholds = BagThresholds;
    // None: it would list an account again that has bonded and stopped. Everybody can call `rebag`.
    type MaxAutoRebagPerBlock = ConstU32<0>;
    type Score = VoteWeight;
}
