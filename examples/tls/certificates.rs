//! An authority that lives as long as the program, a certificate for this machine, and one for a client.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process,
};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, Error, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};

/// All in PEM. The key of the authority is thrown away: it signs nothing more.
pub(crate) struct Certificates {
    pub(crate) authority: String,
    pub(crate) server: String,
    pub(crate) server_key: String,
    client: String,
    client_key: String,
}

/// Where the clients find what they need.
pub(crate) enum Folder {
    Given(PathBuf),
    /// Removed with the program.
    Temporary(PathBuf),
}

impl Certificates {
    pub(crate) fn make() -> Result<Self, Error> {
        let mut params = named("example authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;

        let mut params = named("localhost");
        params.subject_alt_names =
            CertificateParams::new(["localhost".into(), "127.0.0.1".into(), "::1".into()])?.subject_alt_names;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let server_key = KeyPair::generate()?;
        let server = params.signed_by(&server_key, &authority)?;

        let mut params = named("a member");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let client_key = KeyPair::generate()?;
        let client = params.signed_by(&client_key, &authority)?;
        Ok(Self {
            authority: authority.pem(),
            server: server.pem(),
            server_key: server_key.serialize_pem(),
            client: client.pem(),
            client_key: client_key.serialize_pem(),
        })
    }

    /// Writes what clients need into a folder. The key of the server stays in memory.
    pub(crate) fn write(&self, folder: Option<&Path>) -> io::Result<Folder> {
        let folder = match folder {
            Some(folder) => Folder::Given(folder.to_owned()),
            None => Folder::Temporary(env::temp_dir().join(format!("websocket-tls-{}", process::id()))),
        };
        match &folder {
            Folder::Given(path) => fs::create_dir_all(path)?,
            Folder::Temporary(path) => fs::create_dir(path)?,
        }
        let files = [("ca.pem", &self.authority), ("client.pem", &self.client), ("client-key.pem", &self.client_key)];
        for (name, pem) in files {
            fs::write(folder.path().join(name), pem)?;
        }
        Ok(folder)
    }
}

impl Folder {
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Given(path) | Self::Temporary(path) => path,
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Self::Temporary(path) = self {
            drop(fs::remove_dir_all(path)); // what is left over is in the temporary folder
        }
    }
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}
