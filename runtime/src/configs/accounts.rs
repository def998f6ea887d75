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
/// The numbers are part of the encoding of every such call, so they never change.
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
    /// Calls that give none of the account's money away and cannot lose any of it: above all votes, which can lock it.
    /// This excludes calls of tasks, which pay whoever takes them; of devices and session keys, with which the stake
    /// can be slashed; calls with a deposit that does not always come back; and calls that act for a third account.
    #[codec(index = 1)]
    NonTransfer,
    /// The calls of a provider: stake, devices, worker key. Unbonded stake goes back to the account, but whoever
    /// chooses the worker key can have the stake slashed.
    #[codec(index = 2)]
    Provider,
    /// The calls of a requester. They spend money on tasks and on disputes about them.
    #[codec(index = 3)]
    Requester,
    /// Proposals and votes. A rejected referendum costs its submission deposit, and a killed one its decision deposit
    /// as well.
    #[codec(index = 4)]
    Governance,
    /// Rejecting what another proxy has announced.
    #[codec(index = 5)]
    CancelProxy,
    /// The calls of a validator or nominator. They can choose who gets the rewards, and whoever chooses the session
    /// keys can have the stake slashed.
    #[codec(index = 6)]
    Validator,
    /// Judging, as a registrar, whether an identity is true.
    #[codec(index = 7)]
    IdentityJudgement,
}

/// Whether a call makes several other calls. Each of those has to pass the filter as well.
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

/// Whether [`ProxyType::NonTransfer`] may make a call. Where a pallet has calls of both kinds, the permitted ones are
/// named one by one, so that a call which a new SDK release adds is not permitted. The pallets that are permitted as a
/// whole have no call that costs more than a deposit that comes back; read them again with each SDK release.
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
        // Deposits are lost with a referendum that is rejected, runs out of time or is killed.
        RuntimeCall::Referenda(call) => matches!(
            call,
            refund_decision_deposit { .. } | refund_submission_deposit { .. } | set_metadata { .. }
        ),
        // Calls for a third account pass that account's filter, which may permit anything, and that account may hold
        // this one's money. A pure account costs a deposit that only a proxy of type `Any` gets back, and the account
        // need not have such a proxy.
        RuntimeCall::Proxy(call) => matches!(
            call,
            add_proxy { .. }
                | remove_proxy { .. }
                | remove_announcement { .. }
                | reject_announcement { .. }
                | poke_deposit {}
        ),
        // Root can take the deposit of an identity or a username, and an account that is named as a sub-account can
        // take the deposit for its name by quitting. Registrars are paid.
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
    /// Deposit for an account's list of proxies.
    pub const ProxyDepositBase: Balance = deposit(1, 8);
    /// Deposit for each proxy in that list.
    pub const ProxyDepositFactor: Balance = deposit(0, 33);
    /// Deposit for a proxy's list of announcements.
    pub const AnnouncementDepositBase: Balance = deposit(1, 8);
    /// Deposit for each announcement in that list.
    pub const AnnouncementDepositFactor: Balance = deposit(0, 66);
    /// Most proxies of an account, and most announcements of a proxy.
    pub const MaxProxies: u32 = 32;
    /// Deposit for a call that waits for signatures.
    pub const MultisigDepositBase: Balance = deposit(1, 88);
    /// Deposit for each signatory that such a call needs.
    pub const MultisigDepositFactor: Balance = deposit(0, 32);
    /// Most accounts that can act together.
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
    /// Deposit for an account's identity.
    pub const IdentityDeposit: Balance = deposit(1, 17);
    /// Deposit for each byte of that identity.
    pub const IdentityByteDeposit: Balance = deposit(0, 1);
    /// Deposit for each sub-account: one item for both entries, which are a name and an account.
    pub const SubAccountDeposit: Balance = deposit(1, 53);
    /// Deposit for a username, held from the account that gave it.
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
    // The form that wallets know, with up to 100 additional fields.
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
