//! How a runtime lists its parameters.

/// Declares the parameters of a runtime: an enum with a variant for each parameter, which
/// [`Pallet::set_parameter`](crate::Pallet::set_parameter) takes, and for each variant a type of
/// the same name that implements `Get` and knows its `DEFAULT`, `LOWEST` and `HIGHEST`.
///
/// The number in front of a parameter is part of the encoding of calls and of the state. It never
/// changes, and the number of a removed parameter is not used again.
///
/// ```ignore
/// market_parameters! {
///     /// The parameters of this market.
///     pub enum MarketParameter for Runtime {
///         /// A registration needs this.
///         0 MinStake: Balance = 100 * UNIT, from UNIT to 1_000 * UNIT;
///     }
/// }
/// ```
#[macro_export]
macro_rules! market_parameters {
    (
        $(#[$about:meta])*
        pub enum $parameter:ident for $runtime:ty {
            $(
                $(#[$doc:meta])*
                $index:literal $name:ident: $value:ty = $default:expr, from $lowest:expr, to $highest:expr;
            )*
        }
    ) => {
        $(#[$about])*
        #[derive(
            $crate::__private::codec::Encode,
            $crate::__private::codec::Decode,
            $crate::__private::codec::DecodeWithMemTracking,
            $crate::__private::codec::MaxEncodedLen,
            $crate::__private::scale_info::TypeInfo,
            Clone,
            PartialEq,
            Eq,
            Debug,
        )]
        #[codec(crate = $crate::__private::codec)]
        #[scale_info(crate = $crate::__private::scale_info)]
        pub enum $parameter {
            $(
                $(#[$doc])*
                #[codec(index = $index)]
                $name($value),
            )*
        }

        $(
            $(#[$doc])*
            pub struct $name;

            impl $name {
                /// The value until somebody changes it.
                pub const DEFAULT: $value = $default;
                /// The lowest value that it can be set to.
                pub const LOWEST: $value = $lowest;
                /// The highest value that it can be set to.
                pub const HIGHEST: $value = $highest;

                /// The present value.
                pub fn get() -> $value {
                    $crate::Pallet::<$runtime>::find(|one| match one {
                        $parameter::$name(value) => Some(*value),
                        #[allow(unreachable_patterns, reason = "of a single parameter")]
                        _ => None,
                    })
                    .unwrap_or(Self::DEFAULT)
                }
            }

            impl $crate::__private::Get<$value> for $name {
                fn get() -> $value {
                    Self::get()
                }
            }
        )*

        impl $crate::GovernedParameter for $parameter {
            fn is_same(&self, other: &Self) -> bool {
                core::mem::discriminant(self) == core::mem::discriminant(other)
            }

            fn is_in_range(&self) -> bool {
                match self {
                    $(
                        Self::$name(value) => ($name::LOWEST..=$name::HIGHEST).contains(value),
                    )*
                }
            }

            fn is_default(&self) -> bool {
                match self {
                    $(
                        Self::$name(value) => *value == $name::DEFAULT,
                    )*
                }
            }

            fn ranges() -> $crate::__private::Vec<$crate::Range<Self>> {
                $crate::__private::vec![
                    $(
                        $crate::Range {
                            default: Self::$name($name::DEFAULT),
                            lowest: Self::$name($name::LOWEST),
                            highest: Self::$name($name::HIGHEST),
                        },
                    )*
                ]
            }

            fn current() -> $crate::__private::Vec<Self> {
                $crate::__private::vec![
                    $(
                        Self::$name($name::get()),
                    )*
                ]
            }
        }
    };
}
