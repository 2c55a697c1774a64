//! The command line.

use std::path::PathBuf;

pub(crate) const USAGE: &str =
    "usage: tls [--port N] [--folder FOLDER | --certificate FILE --key FILE [--clients FILE]]

  --port N             the port to listen on; 0 takes any free one (default 9443)
  --folder FOLDER      where to write what clients need of the certificates that are made (default: a temporary one)
  --certificate FILE   serve with this certificate, in PEM, instead of one that is made
  --key FILE           its private key, in PEM
  --clients FILE       the authority of the members' certificates, in PEM (default: nobody is a member)";

#[derive(Default)]
pub(crate) struct Options {
    pub(crate) port: u16,
    pub(crate) folder: Option<PathBuf>,
    /// `None`: they are made.
    pub(crate) files: Option<Files>,
    pub(crate) clients: Option<PathBuf>,
}

pub(crate) struct Files {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Options {
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { port: 9443, ..Self::default() };
        let (mut certificate, mut key) = (None, None);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("`{argument}` needs a value"));
            match argument.as_str() {
                "--port" => {
                    let value = value()?;
                    options.port = value.parse().map_err(|_| format!("`{value}` is not a port number"))?;
                }
                "--folder" => options.folder = Some(value()?.into()),
                "--certificate" => certificate = Some(value()?.into()),
                "--key" => key = Some(value()?.into()),
                "--clients" => options.clients = Some(value()?.into()),
                _ => return Err(format!("unknown argument `{argument}`")),
            }
        }
        options.files = match (certificate, key) {
            (Some(certificate), Some(key)) => Some(Files { certificate, key }),
            (None, None) if options.clients.is_none() => None,
            _ => return Err("`--certificate` and `--key` are given together, and `--clients` beside them".to_owned()),
        };
        Ok(options)
    }
}
