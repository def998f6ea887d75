//! $AICP: balances, what transactions cost, and the treasury.

use frame_support::{
    parameter_types,
    traits::{
        tokens::{imbalance::ResolveTo, pay::PayFromAccount, UnityAssetBalanceConversion},
        ConstU128, ConstU32, ConstU8, EitherOf, TypedGet, VariantCountOf,
    },
    weights::ConstantMultiplier,
    PalletId,
};
use frame_system::{EnsureRoot, EnsureWithSuccess};
use pallet_transaction_payment::{FungibleAdapter, Multiplier, TargetedFeeAdjustment};
use sp_runtime::{
    traits::{AccountIdConversion, IdentityLookup, One},
    FixedPointNumber, Permill, Perquintill,
};

use crate::{
    configs::governance::origins::EnsureTreasurer,
    transactions::weights::PaymentWeight,
    units::{DAYS, EXISTENTIAL_DEPOSIT, MICRO, MILLI},
    AccountId, Authorship, Balance, Balances, BlockNumber, Runtime, RuntimeEvent,
    RuntimeFreezeReason, RuntimeHoldReason, System,
};

/// The treasury's account is derived from this id.
pub const TREASURY_PALLET_ID: PalletId = PalletId(*b"aicp/trs");

/// The account of the pot for audits is derived from this id.
pub const AUDIT_PALLET_ID: PalletId = PalletId(*b"aicp/aud");

/// Price of a picosecond of execution, in the token's smallest unit.
///
/// Chosen so that `SubmissionFee` covers what workers do for free, by weights that were measured on a slow machine
/// (2026-11-30). A transfer (0.33 ms with its checks, and 150 bytes) costs about 0.0008 AICP.
pub const WEIGHT_FEE: Balance = 1_700_000;

/// Price of a byte of a transaction, in the token's smallest unit. A block full of bytes costs
/// twelve times what a block full of execution does: bytes are kept by everyone.
pub const LENGTH_FEE: Balance = MICRO;

/// Deposit for an item in the state, in the token's smallest unit,
pub const ITEM_DEPOSIT: Balance = 100 * MILLI;

/// and for each byte of it. It comes back when the item is removed.
pub const BYTE_DEPOSIT: Balance = 100 * MICRO;

/// Deposit for what an account has the state keep.
pub const fn deposit(items: u32, bytes: u32) -> Balance {
    items as Balance * ITEM_DEPOSIT + bytes as Balance * BYTE_DEPOSIT
}

parameter_types! {
    /// [`TREASURY_PALLET_ID`].
    pub const TreasuryId: PalletId = TREASURY_PALLET_ID;
    /// Receives protocol fees, dust, and fees of blocks that have no known author.
    pub TreasuryAccount: AccountId = TREASURY_PALLET_ID.into_account_truncating();
    /// Receives what requesters pay for audits, and pays the auditors.
    pub AuditPot: AccountId = AUDIT_PALLET_ID.into_account_truncating();
    /// The fullness of blocks at which fees neither rise nor fall.
    pub const TargetBlockFullness: Perquintill = Perquintill::from_percent(25);
    /// How quickly fees follow demand: with all blocks full, by 3 % in an hour, twofold in a day.
    pub AdjustmentVariable: Multiplier = Multiplier::saturating_from_rational(3, 1_000_000);
    /// Fees never fall below what `WEIGHT_FEE` says.
    pub MinimumMultiplier: Multiplier = Multiplier::one();
    /// Nor rise above this, however long the chain is flooded.
    pub MaximumMultiplier: Multiplier = Multiplier::saturating_from_integer(1_000);
}

/// Fees go to the author of the block. None is burned: this chain's supply is what the bridge has
/// minted, and must stay so.
pub struct FeeReceiver;
impl TypedGet for FeeReceiver {
    type Type = AccountId;
    fn get() -> AccountId {
        Authorship::author().unwrap_or_else(TreasuryAccount::get)
    }
}

impl pallet_balances::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeHoldReason = RuntimeHoldReason;
    type RuntimeFreezeReason = RuntimeFreezeReason;
    type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
    type Balance = Balance;
    type DustRemoval = ResolveTo<TreasuryAccount, Balances>;
    type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
    type AccountStore = System;
    type ReserveIdentifier = [u8; 8];
    type FreezeIdentifier = RuntimeFreezeReason;
    type MaxLocks = ConstU32<50>;
    type MaxReserves = ConstU32<50>;
    type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
    type DoneSlashHandler = ();
}

impl pallet_transaction_payment::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type OnChargeTransaction = FungibleAdapter<Balances, ResolveTo<FeeReceiver, Balances>>;
    type WeightToFee = ConstantMultiplier<Balance, ConstU128<WEIGHT_FEE>>;
    type LengthToFee = ConstantMultiplier<Balance, ConstU128<LENGTH_FEE>>;
    type FeeMultiplierUpdate = TargetedFeeAdjustment<
        Runtime,
        TargetBlockFullness,
        AdjustmentVariable,
        MinimumMultiplier,
        MaximumMultiplier,
    >;
    type OperationalFeeMultiplier = ConstU8<5>;
    type WeightInfo = PaymentWeight;
}

parameter_types! {
    /// At its end approved `spend_local`s are paid. Nothing is burned.
    pub const SpendPeriod: BlockNumber = 7 * DAYS;
    /// None: this chain's supply is what the bridge has minted, and must stay so.
    pub const Burn: Permill = Permill::zero();
    /// How long a spend that was approved can be paid out.
    pub const PayoutPeriod: BlockNumber = 30 * DAYS;
    /// There is no limit to what a referendum of the treasurer's track can spend.
    pub const MaxSpend: Balance = Balance::MAX;
}

impl pallet_treasury::Config for Runtime {
    type Currency = Balances;
    type RejectOrigin = EnsureRoot<AccountId>;
    type RuntimeEvent = RuntimeEvent;
    type SpendPeriod = SpendPeriod;
    type Burn = Burn;
    // The account that it derives from this is `TreasuryAccount`, to which fees go.
    type PalletId = TreasuryId;
    type BurnDestination = ();
    type WeightInfo = pallet_treasury::weights::SubstrateWeight<Runtime>;
    type SpendFunds = ();
    type MaxApprovals = ConstU32<100>;
    type SpendOrigin =
        EnsureWithSuccess<EitherOf<EnsureRoot<AccountId>, EnsureTreasurer>, AccountId, MaxSpend>;
    type AssetKind = ();
    type Beneficiary = AccountId;
    type BeneficiaryLookup = IdentityLookup<AccountId>;
    type Paymaster = PayFromAccount<Balances, TreasuryAccount>;
    type BalanceConverter = UnityAssetBalanceConversion;
    type PayoutPeriod = PayoutPeriod;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = ();
    type BlockNumberProvider = System;
}
