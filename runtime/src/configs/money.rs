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

/// Price of a byte of a transaction, in the token's smallest unit. A block full of bytes costs twelve times as much as
/// a block full of execution, because everyone keeps the bytes.
pub const LENGTH_FEE: Balance = MICRO;

/// Deposit for an item in the state, in the token's smallest unit. It comes back when the item is removed.
pub const ITEM_DEPOSIT: Balance = 100 * MILLI;

/// Deposit for each byte of an item in the state, in the token's smallest unit. It comes back when the item is removed.
pub const BYTE_DEPOSIT: Balance = 100 * MICRO;

/// Returns the deposit for what the state keeps for an account.
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
    /// How quickly fees follow demand. If all blocks are full, fees rise by 3 % in an hour and double in a day.
    pub AdjustmentVariable: Multiplier = Multiplier::saturating_from_rational(3, 1_000_000);
    /// Fees never fall below those that `WEIGHT_FEE` sets.
    pub MinimumMultiplier: Multiplier = Multiplier::one();
    /// Fees never rise above this multiple, however long the chain is flooded.
    pub MaximumMultiplier: Multiplier = Multiplier::saturating_from_integer(1_000);
}

/// The receiver of fees: the author of the block. No fee is burned, because the supply of this chain must stay what the
/// bridge has minted.
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
    /// The period at whose end approved `spend_local`s are paid. Nothing is burned then.
    pub const SpendPeriod: BlockNumber = 7 * DAYS;
    /// None, because the supply of this chain must stay what the bridge has minted.
    pub const Burn: Permill = Permill::zero();
    /// How long an approved spend can be paid out.
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
    // The pallet derives `TreasuryAccount` from this, which also receives fees.
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
