//! The file.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use serde::Deserialize;

use crate::auth::users::password::Hash;
use crate::error::BoxError;
use crate::identity::Identity;

/// The users of a file.
#[derive(Default)]
pub(super) struct List {
    users: HashMap<String, (Hash, Identity)>,
    /// Checked for those who are not there, so that they take as long.
    decoy: Option<Hash>,
}

/// When a file was last written, as far as that shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    users: Vec<User>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct User {
    name: String,
    password: String,
    #[serde(default)]
    scopes: Vec<String>,
}

impl Stamp {
    /// # Errors
    /// There is no such file, or it cannot be looked at.
    pub(super) fn of(path: &Path) -> Result<Self, BoxError> {
        let metadata = fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { modified: metadata.modified().ok(), length: metadata.len() })
    }
}

impl List {
    /// # Errors
    /// What is wrong with the file. No password is in it.
    pub(super) fn read(path: &Path) -> Result<Self, BoxError> {
        let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Self::parse(&text).map_err(|mistake| format!("{}: {mistake}", path.display()).into())
    }

    fn parse(text: &str) -> Result<Self, String> {
        // What the parser shows of the file may be a password: its message alone says enough.
        let document: Document = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            format!("line {line}: {}", error.message())
        })?;
        let mut list = Self::default();
        for User { name, password, scopes } in document.users {
            if name.is_empty() || name.contains(':') {
                return Err(format!("the name of a user must not be empty or have a colon: `{name}`"));
            }
            let hash = Hash::parse(&password).map_err(|mistake| format!("the password of `{name}` {mistake}"))?;
            list.decoy.get_or_insert_with(|| hash.clone());
            let identity = Identity::new(&name).scopes(scopes);
            if list.users.insert(name.clone(), (hash, identity)).is_some() {
                return Err(format!("there are two users `{name}`"));
            }
        }
        Ok(list)
    }

    /// Returns who this is. One hash is checked, whoever it is.
    pub(super) fn check(&self, name: &str, password: &str) -> Option<Identity> {
        let known = self.users.get(name);
        let hash = known.map(|(hash, _)| hash).or(self.decoy.as_ref())?;
        let is_right = hash.is_of(password);
        known.filter(|_| is_right).map(|(_, identity)| identity.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::users::password::hash_password;

    #[test]
    fn a_mistake_is_named_without_the_password() {
        let hash = hash_password("secret-of-bob");
        let table = [
            ("[[users]]\nname = 'ann'\n".to_owned(), "line 1: missing field `password`"),
            ("[[users]]\nname = 'ann'\npassword = 'secret'\nscope = 'x'".to_owned(), "line 4: unknown field `scope`"),
            ("users = 'secret'".to_owned(), "line 1: invalid type: string"),
            ("[[users]]\nname = 'ann'\npassword = 'secret'".to_owned(), "the password of `ann` is no hash"),
            (format!("[[users]]\nname = 'a:b'\npassword = '{hash}'"), "the name of a user must not be empty"),
            (format!("[[users]]\nname = ''\npassword = '{hash}'"), "the name of a user must not be empty"),
            (format!("[[users]]\nname = 'bob'\npassword = '{hash}'\n").repeat(2), "there are two users `bob`"),
        ];
        for (text, expected) in table {
            let mistake = List::parse(&text).err().unwrap_or_else(|| panic!("{text}"));
            assert!(mistake.starts_with(expected), "{mistake}");
            assert!(!mistake.contains("secret'") && !mistake.contains(&hash), "{mistake}");
        }
    }

    #[test]
    fn whoever_knows_the_password_is_let_in() {
        let text = format!("[[users]]\nname = 'ann'\npassword = '{}'\nscopes = ['read']", hash_password("sesame"));
        let list = List::parse(&text).expect("it is right");
        assert_eq!(list.check("ann", "sesame"), Some(Identity::new("ann").scopes(["read"])));
        for (name, password) in [("ann", "Sesame"), ("ann", ""), ("bob", "sesame"), ("", "")] {
            assert_eq!(list.check(name, password), None, "{name}");
        }
        assert_eq!(List::parse("users = []").expect("nobody").check("ann", "sesame"), None);
    }
}
