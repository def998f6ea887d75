//! Who the validators are: nominated proof of stake, what it pays, and what it costs to cheat.

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

/// Sessions in an era, unless the genesis says fewer: six hours. Stake counts, and is paid, by era.
pub const SESSIONS_PER_ERA: SessionIndex = 36;

/// Eras that stake stays bonded after it was unbonded: a week, in which an equivocation of the past
/// can still be proven.
pub const BONDING_ERAS: EraIndex = 28;

/// Whole eras between that of an offence and its slash: six days and a half, in which governance can
/// cancel what a bug did.
///
/// As many as there can be. A slash is due at a set era after the offence, and never applied if it is
/// reported later than that: so it is due as late as the stake is certain to be there, which whoever
/// unbonds in the era of the offence can withdraw in the last session of the one before
/// [`BONDING_ERAS`] are over.
pub const SLASH_DEFER_ERAS: EraIndex = BONDING_ERAS - 2;

/// Most voters of an election. It is held in one block, at the end of which there is a new set; with
/// this many, and [`MAX_AUTHORITIES`] to elect, its stock weight is that of two full blocks.
pub const ELECTING_VOTERS: u32 = 400;

/// Most candidates of an election, and so most who can stand for one: with more there is none at all.
pub const CANDIDATES: u32 = 100;

/// Most nominators behind one validator, the largest. The report of an equivocation weighs what it takes to
/// slash them all, and has to fit into a block beside what the market does in it
/// ([`ReportWeight`](super::reports::ReportWeight)): with this many it is more than a quarter of one.
pub const MAX_BACKERS: u32 = 128;

/// The account that validators are paid from is derived from this id.
pub const VALIDATOR_POT_ID: PalletId = PalletId(*b"aicp/val");

/// Upper ends of the bags in which voters are kept by stake: each twice the one before, so that the
/// larger come first.
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
    /// Three weeks to claim what was earned.
    pub const HistoryDepth: u32 = 84;
    /// Validators are paid out of this account, which the treasury fills.
    pub ValidatorPot: AccountId = VALIDATOR_POT_ID.into_account_truncating();
    /// [`ELECTING_VOTERS`] and [`CANDIDATES`].
    pub OnChainBounds: ElectionBounds = ElectionBoundsBuilder::default()
        .voters_count(ELECTING_VOTERS.into())
        .targets_count(CANDIDATES.into())
        .build();
    /// [`BAG_THRESHOLDS`].
    pub const BagThresholds: &'static [VoteWeight] = &BAG_THRESHOLDS;
}

/// The election: sequential Phragmén, in the block in which it is due.
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

/// Nothing is minted for validators. They have the fees of their blocks, and the treasury gives a
/// share of what it holds at the end of each era, which is divided by the blocks that each has made
/// and then by stake.
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
            // Less than an account can hold.
            Err(_) => (0, 0),
        }
    }
}

/// What the staking pallet has minted for a payout is taken out of the pot: the supply stays what the
/// bridge says.
pub struct PaidByPot;

impl OnUnbalanced<Debt<AccountId, Balances>> for PaidByPot {
    fn on_nonzero_unbalanced(minted: Debt<AccountId, Balances>) {
        // Each era's payout was put in first. If governance has moved it, the treasury pays.
        let settled = Balances::settle(&ValidatorPot::get(), minted, Preservation::Preserve)
            .or_else(|owed| {
                Balances::settle(&TreasuryAccount::get(), owed, Preservation::Preserve)
            });
        frame_support::defensive_assert!(settled.is_ok(), "the treasury owes what the pot lacks");
    }
}

/// What validators do not get of an era's share, as `max_staked_rewards` caps it: the pallet mints it
/// anew, so that is dropped, and the share goes back to the treasury.
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

/// The bags are those of the voters of staking.
pub type VoterBags = pallet_bags_list::Instance1;

impl pallet_bags_list::Config<VoterBags> for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_bags_list::weights::SubstrateWeight<Runtime>;
    type ScoreProvider = Staking;
    type BagThresholds = BagThresholds;
    // It would list again whoever has bonded and stopped. `rebag` is there for everybody.
    type MaxAutoRebagPerBlock = ConstU32<0>;
    type Score = VoteWeight;
}
