//! What accounts can do with each other: act for one another, act together, and say who they are.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
    parameter_types,
    traits::{ConstU32, InstanceFilter},
};
use frame_system::EnsureRoot;
use pallet_identity::legacy::IdentityInfo;
use scale_info::TypeInfo;
use sp_runtime::traits::{BlakeTwo256, Verify};

use crate::{
    configs::money::deposit, units::DAYS, AccountId, Balance, Balances, BlockNumber, Runtime,
    RuntimeCall, RuntimeEvent, Signature, System, Treasury,
};

/// What a proxy may do for the account that added it.
///
/// The numbers are part of every such call's encoding: they never change.
#[derive(
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    Default,
)]
pub enum ProxyType {
    /// Everything.
    #[default]
    #[codec(index = 0)]
    Any,
    /// What gives none of the account's money to somebody else, and by which none can be lost: votes above all,
    /// which can lock it. So nothing of tasks, which pay whoever takes them, of devices, whose worker can have
    /// the stake slashed, of session keys, with which it can as well, and of deposits that do not always come
    /// back. And nothing that acts for a third account.
    #[codec(index = 1)]
    NonTransfer,
    /// What a provider does: stake, devices, worker key. What it unbonds goes back to the account; but who
    /// chooses the worker key can have the stake slashed.
    #[codec(index = 2)]
    Provider,
    /// What a requester does, and so to spend on tasks and on disputes about them.
    #[codec(index = 3)]
    Requester,
    /// To propose, and to vote. A proposal that is rejected costs its deposit, and one that is killed that of the
    /// decision as well.
    #[codec(index = 4)]
    Governance,
    /// To reject what another proxy has announced.
    #[codec(index = 5)]
    CancelProxy,
    /// What a validator or nominator does. It can also say to whom rewards are paid, and who chooses the
    /// session keys can have the stake slashed.
    #[codec(index = 6)]
    Validator,
    /// To say, as a registrar, whether an identity is true.
    #[codec(index = 7)]
    IdentityJudgement,
}

/// Calls by which several others are made. Each of those has to pass the filter as well.
fn is_batch(call: &RuntimeCall) -> bool {
    use pallet_utility::Call::{batch, batch_all, force_batch};
    matches!(
        call,
        RuntimeCall::Utility(batch { .. } | batch_all { .. } | force_batch { .. })
    )
}

fn is_governance(call: &RuntimeCall) -> bool {
    matches!(
        call,
        RuntimeCall::Preimage(_)
            | RuntimeCall::Referenda(_)
            | RuntimeCall::ConvictionVoting(_)
            | RuntimeCall::TechnicalCommittee(_)
            | RuntimeCall::Whitelist(_)
    )
}

/// What [`ProxyType::NonTransfer`] may do. Where a pallet has calls of both kinds they are named one by one, so that
/// what a release of the SDK adds to those is not among them. The pallets that stand there whole have none that costs
/// more than a deposit that comes back: they are to be read again with each release.
fn risks_no_money(call: &RuntimeCall) -> bool {
    use pallet_identity::Call::{
        accept_username, cancel_request, clear_identity, provide_judgement, quit_sub, remove_sub,
        set_primary_username,
    };
    use pallet_proxy::Call::{
        add_proxy, poke_deposit, reject_announcement, remove_announcement, remove_proxy,
    };
    use pallet_referenda::Call::{
        refund_decision_deposit, refund_submission_deposit, set_metadata,
    };
    match call {
        RuntimeCall::System(_)
        | RuntimeCall::Preimage(_)
        | RuntimeCall::ConvictionVoting(_)
        | RuntimeCall::TechnicalCommittee(_)
        | RuntimeCall::Whitelist(_) => true,
        // A referendum that is rejected, runs out of time or is killed takes deposits along.
        RuntimeCall::Referenda(call) => matches!(
            call,
            refund_decision_deposit { .. } | refund_submission_deposit { .. } | set_metadata { .. }
        ),
        // For a third account another filter holds, or none: it can be one that holds this one's money. And only
        // a proxy of `Any` gets the deposit of a pure account back, which need not have one.
        RuntimeCall::Proxy(call) => matches!(
            call,
            add_proxy { .. }
                | remove_proxy { .. }
                | remove_announcement { .. }
                | reject_announcement { .. }
                | poke_deposit {}
        ),
        // Root can take the deposit of an identity or a username, and whoever is named as a sub-account that of
        // its name, by quitting. Registrars are paid.
        RuntimeCall::Identity(call) => matches!(
            call,
            clear_identity {}
                | cancel_request { .. }
                | provide_judgement { .. }
                | remove_sub { .. }
                | quit_sub {}
                | accept_username { .. }
                | set_primary_username { .. }
        ),
        _ => false,
    }
}

fn is_cancel(call: &RuntimeCall) -> bool {
    matches!(
        call,
        RuntimeCall::Proxy(pallet_proxy::Call::reject_announcement { .. })
    )
}

impl InstanceFilter<RuntimeCall> for ProxyType {
    fn filter(&self, call: &RuntimeCall) -> bool {
        if *self != Self::CancelProxy && is_batch(call) {
            return true;
        }
        match self {
            Self::Any => true,
            Self::NonTransfer => risks_no_money(call),
            Self::Provider => matches!(call, RuntimeCall::ProviderStaking(_)),
            Self::Requester => matches!(call, RuntimeCall::Tasks(_) | RuntimeCall::Disputes(_)),
            Self::Governance => is_governance(call),
            Self::CancelProxy => is_cancel(call),
            Self::IdentityJudgement => matches!(
                call,
                RuntimeCall::Identity(pallet_identity::Call::provide_judgement { .. })
            ),
            Self::Validator => matches!(
                call,
                RuntimeCall::Staking(_) | RuntimeCall::VoterList(_) | RuntimeCall::Session(_)
            ),
        }
    }

    fn is_superset(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) => true,
            (one, other) if one == other => true,
            (Self::NonTransfer, Self::CancelProxy | Self::IdentityJudgement) => true,
            _ => false,
        }
    }
}

parameter_types! {
    /// For an account's list of proxies,
    pub const ProxyDepositBase: Balance = deposit(1, 8);
    /// and for each proxy in it.
    pub const ProxyDepositFactor: Balance = deposit(0, 33);
    /// For a proxy's list of announcements,
    pub const AnnouncementDepositBase: Balance = deposit(1, 8);
    /// and for each announcement in it.
    pub const AnnouncementDepositFactor: Balance = deposit(0, 66);
    /// Proxies of an account, and announcements of a proxy.
    pub const MaxProxies: u32 = 32;
    /// For a call that waits for signatures,
    pub const MultisigDepositBase: Balance = deposit(1, 88);
    /// and for each signatory that is needed.
    pub const MultisigDepositFactor: Balance = deposit(0, 32);
    /// Accounts that can act together.
    pub const MaxSignatories: u32 = 100;
}

impl pallet_proxy::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type Currency = Balances;
    type ProxyType = ProxyType;
    type ProxyDepositBase = ProxyDepositBase;
    type ProxyDepositFactor = ProxyDepositFactor;
    type MaxProxies = MaxProxies;
    type WeightInfo = pallet_proxy::weights::SubstrateWeight<Runtime>;
    type MaxPending = MaxProxies;
    type CallHasher = BlakeTwo256;
    type AnnouncementDepositBase = AnnouncementDepositBase;
    type AnnouncementDepositFactor = AnnouncementDepositFactor;
    type BlockNumberProvider = System;
}

impl pallet_multisig::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type Currency = Balances;
    type DepositBase = MultisigDepositBase;
    type DepositFactor = MultisigDepositFactor;
    type MaxSignatories = MaxSignatories;
    type WeightInfo = pallet_multisig::weights::SubstrateWeight<Runtime>;
    type BlockNumberProvider = System;
}

/// Longest name of an account, with its suffix.
pub const MAX_USERNAME_LENGTH: u32 = 32;

parameter_types! {
    /// For who an account says it is,
    pub const IdentityDeposit: Balance = deposit(1, 17);
    /// and for each byte of that.
    pub const IdentityByteDeposit: Balance = deposit(0, 1);
    /// For each account that belongs to another: an item, and a name and an account in two.
    pub const SubAccountDeposit: Balance = deposit(1, 53);
    /// For a username, by whoever has given it.
    pub const UsernameDeposit: Balance = deposit(0, MAX_USERNAME_LENGTH);
    /// How long a username waits to be accepted.
    pub const UsernameExpiration: BlockNumber = 7 * DAYS;
    /// How long an account keeps a username that is taken from it.
    pub const UsernameGracePeriod: BlockNumber = 30 * DAYS;
}

impl pallet_identity::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type Currency = Balances;
    type BasicDeposit = IdentityDeposit;
    type ByteDeposit = IdentityByteDeposit;
    type UsernameDeposit = UsernameDeposit;
    type SubAccountDeposit = SubAccountDeposit;
    type MaxSubAccounts = ConstU32<100>;
    // The form that wallets know, with as many fields of one's own.
    type IdentityInformation = IdentityInfo<ConstU32<100>>;
    type MaxRegistrars = ConstU32<20>;
    // Nothing is burned.
    type Slashed = Treasury;
    type ForceOrigin = EnsureRoot<AccountId>;
    type RegistrarOrigin = EnsureRoot<AccountId>;
    type OffchainSignature = Signature;
    type SigningPublicKey = <Signature as Verify>::Signer;
    type UsernameAuthorityOrigin = EnsureRoot<AccountId>;
    type PendingUsernameExpiration = UsernameExpiration;
    type UsernameGracePeriod = UsernameGracePeriod;
    type MaxSuffixLength = ConstU32<7>;
    type MaxUsernameLength = ConstU32<MAX_USERNAME_LENGTH>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = ();
    type WeightInfo = pallet_identity::weights::SubstrateWeight<Runtime>;
}
