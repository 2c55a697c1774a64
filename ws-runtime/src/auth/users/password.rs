//! A password, as a file may have it: a hash.

use std::str::FromStr as _;

use bcrypt::HashParts;

/// A hash of a password that can be checked.
#[derive(Clone)]
pub(super) enum Hash {
    Bcrypt(String),
    /// argon2 or scrypt.
    Phc(String),
}

/// Makes the hash of a password, for the file of [`Users`](super::Users): argon2id with a salt of its own, with what OWASP recommends.
///
/// It takes some ten milliseconds, and blocks the thread meanwhile.
///
/// ```
/// assert!(websocket::hash_password("open sesame").starts_with("$argon2id$"));
/// ```
#[must_use]
pub fn hash_password(password: &str) -> String {
    password_auth::generate_hash(password)
}

impl Hash {
    /// # Errors
    /// It is no hash of a kind that is known.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| text.starts_with(prefix));
        if begins(&["$2a$", "$2b$", "$2y$"]) {
            let parts = HashParts::from_str(text).map_err(|_| "is a damaged bcrypt hash");
            return parts.map(|_| Self::Bcrypt(text.to_owned()));
        }
        if begins(&["$argon2", "$scrypt$"]) {
            // It is parsed to see what it was made with.
            let parsed = password_auth::is_hash_obsolete(text).map_err(|_| "is a damaged hash");
            return parsed.map(|_| Self::Phc(text.to_owned()));
        }
        Err(if text.starts_with('$') {
            "is a hash of another kind than argon2, scrypt, and bcrypt"
        } else {
            "is no hash: passwords in plain text are refused; `hash_password` makes a hash"
        })
    }

    pub(super) fn is_of(&self, password: &str) -> bool {
        match self {
            Self::Bcrypt(hash) => bcrypt::verify(password, hash).unwrap_or(false),
            Self::Phc(hash) => password_auth::verify_password(password, hash).is_ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first is ours, the others were made by Python's `argon2-cffi` and `passlib`; `htpasswd -B` writes the last prefix.
    #[test]
    fn hashes_of_three_kinds_are_known() {
        let bcrypt = "$2b$05$hkt05PyiXx7xfpRIfLc5R.s4YV0taSLmwTAOymRzxB3iLAFVEfOza".to_owned();
        let table = [
            hash_password("sesame"),
            "$argon2id$v=19$m=1024,t=2,p=1$X4Jgeddiqe2yjQLKo0+btg$ggS2MoZ6PALJyUrAZeYgVKu9CtO4Twu1IrSwtWQIuv0"
                .to_owned(),
            "$scrypt$ln=10,r=8,p=1$d865l9IagxCCMCbE+J+z9g$zNVcUS23C3sF3dvRIZUxsNF+RdPnCmRHD3BPmP7Rq7k".to_owned(),
            bcrypt.replacen("2b", "2y", 1),
            bcrypt,
        ];
        for hash in &table {
            let hash = Hash::parse(hash).unwrap_or_else(|mistake| panic!("{hash} {mistake}"));
            assert!(hash.is_of("sesame") && !hash.is_of("Sesame") && !hash.is_of(""));
        }
    }

    #[test]
    fn what_is_no_hash_is_refused() {
        for text in ["", "sesame", "$", "$argon2id$", "$md5$abc", "$2b$10$short", "$6$rounds=5000$salt$hash"] {
            assert!(Hash::parse(text).is_err(), "{text}");
        }
    }
}
