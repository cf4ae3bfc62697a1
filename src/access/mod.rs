//! Whether somebody is who they say: passwords, one-time codes, secrets, patience with failures. Pure but for the
//! randomness of the system; `app::accounts` knows the store.

mod lockout;
mod password;
mod picture;
mod secret;
mod totp;

pub use lockout::{Lockout, OF_ADDRESS, OF_NAME, OF_PAIR, Patience};
pub use password::{PasswordFault, check_password, hash_password, is_password, pretend_password};
pub use picture::{Picture, qr_code};
pub use secret::{hash_secret, new_secret};
pub use totp::{new_totp_secret, totp_address, totp_code, totp_step};
