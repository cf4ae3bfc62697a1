//! One macro for every closed list of the glossary: a stable English code for programs and a Chinese label for people.

/// Declares an enum whose variants carry a code (`"tv"`) and a label (`"电视"`).
///
/// The code is what JSON, the database and the command line use; the label is what staff read. Both are accepted on
/// input, with the words that people use besides (`"中" | "中性"`). A function cannot do this: the list of variants would have to be written four times.
macro_rules! coded_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $code:literal / $label:literal $(| $alias:literal)*),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$vmeta])* #[doc = $label] #[serde(rename = $code, alias = $label $(, alias = $alias)*)] $variant),+
        }

        impl $name {
            /// Every value, in the order of the glossary.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// Stable code, as in JSON and in the database.
            pub fn code(self) -> &'static str {
                match self { $($name::$variant => $code),+ }
            }

            /// Chinese label, as staff read it.
            pub fn label(self) -> &'static str {
                match self { $($name::$variant => $label),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::model::UnknownCode;

            /// Accepts the code, the Chinese label or another word for it.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($code | $label $(| $alias)* => Ok($name::$variant),)+
                    _ => Err(crate::model::UnknownCode {
                        given: text.to_owned(),
                        known: &[$(concat!($label, " ", $code)),+],
                    }),
                }
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$($code),+]))
                    .description(Some(concat!($($code, " ", $label, "；"),+)))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.code())
            }
        }
    };
}

pub(crate) use coded_enum;

/// A word that is none of the codes of its list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{given}”不是可用的值；可用：{}", known.join("、"))]
pub struct UnknownCode {
    /// What was written.
    pub given: String,
    /// What could have been written: Chinese word and code.
    pub known: &'static [&'static str],
}
