//! The certificate that the server shows: read from two files, and again when they have changed.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use rustls::Error::InconsistentKeys;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::signal::unix::Signal;
use tokio::time::{Instant, MissedTickBehavior};

use crate::cli;

/// How often the files are looked at.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(60);
/// Bytes of a file. A chain has a few kilobytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// A certificate with its chain and its key, as its files are or last were.
pub(crate) struct Certificate {
    files: Files,
    shown: RwLock<Shown>,
}

#[derive(Clone)]
struct Files {
    chain: PathBuf,
    key: PathBuf,
}

struct Shown {
    certified: Arc<CertifiedKey>,
    /// What the files held, which tells whether they have changed.
    contents: Contents,
}

#[derive(PartialEq)]
struct Contents {
    chain: Vec<u8>,
    key: Vec<u8>,
}

impl Certificate {
    /// The one that the flags name, if they name one.
    ///
    /// # Errors
    /// When a file cannot be read, or the two do not belong together.
    pub(crate) fn read(flags: &cli::Tls) -> Result<Option<Arc<Self>>, String> {
        let (Some(chain), Some(key)) = (&flags.tls_cert, &flags.tls_key) else { return Ok(None) };
        let files = Files { chain: chain.clone(), key: key.clone() };
        let contents = files.contents()?;
        let certified = files.certified(&contents)?;
        Ok(Some(Arc::new(Self { files, shown: RwLock::new(Shown { certified, contents }) })))
    }

    /// Reads the files again, now and then and when told to. Never resolves.
    pub(crate) async fn keep_up(self: Arc<Self>, mut told: Signal, every: Duration) {
        let mut clock = tokio::time::interval_at(Instant::now() + every, every);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = told.recv() => {}
                _ = clock.tick() => {}
            }
            let this = self.clone();
            match tokio::task::spawn_blocking(move || this.look_again()).await {
                Ok(Ok(true)) => tracing::info!("the certificate in {} is shown from now on", self.files.chain.display()),
                Ok(Ok(false)) => {}
                // They may be half written: the next look finds them whole.
                Ok(Err(sentence)) => tracing::warn!("the certificate stays the one that it was: {sentence}"),
                Err(error) => tracing::error!("looking for a new certificate ended: {error}"),
            }
        }
    }

    /// Whether there is another one now.
    fn look_again(&self) -> Result<bool, String> {
        let contents = self.files.contents()?;
        if self.shown.read().contents == contents {
            return Ok(false);
        }
        let certified = self.files.certified(&contents)?;
        *self.shown.write() = Shown { certified, contents };
        Ok(true)
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.shown.read().certified.clone())
    }
}

/// Without the key.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("chain", &self.files.chain).finish_non_exhaustive()
    }
}

impl Files {
    fn contents(&self) -> Result<Contents, String> {
        let read = |path: &Path, what: &str| bytes(path).map_err(|error| format!("cannot read the {what} {}: {error}", path.display()));
        Ok(Contents { chain: read(&self.chain, "certificate")?, key: read(&self.key, "certificate's key")? })
    }

    fn certified(&self, contents: &Contents) -> Result<Arc<CertifiedKey>, String> {
        let (chain, key) = (self.chain.display(), self.key.display());
        let certificates = CertificateDer::pem_slice_iter(&contents.chain).collect::<Result<Vec<_>, _>>();
        let certificates = certificates.map_err(|error| format!("cannot read the certificate {chain}: {}", told(&error)))?;
        if certificates.is_empty() {
            return Err(format!("cannot read the certificate {chain}: there is none in PEM in it"));
        }
        let private = PrivateKeyDer::from_pem_slice(&contents.key).map_err(|error| match error {
            pem::Error::NoItemsFound => format!("cannot read the certificate's key {key}: there is none in PEM in it, or it is encrypted"),
            error => format!("cannot read the certificate's key {key}: {}", told(&error)),
        })?;
        let provider = rustls::crypto::ring::default_provider();
        let private = provider.key_provider.load_private_key(private);
        let private = private.map_err(|error| format!("cannot use the certificate's key {key}: {error}"))?;
        let certified = CertifiedKey::new(certificates, private);
        match certified.keys_match() {
            Ok(()) | Err(InconsistentKeys(rustls::InconsistentKeys::Unknown)) => Ok(Arc::new(certified)),
            Err(InconsistentKeys(_)) => Err(format!("the key {key} is not that of the certificate {chain}")),
            Err(error) => Err(format!("cannot use the certificate {chain}: {error}")),
        }
    }
}

/// The library's words may quote a line, which could be one of a key.
fn told(error: &pem::Error) -> &'static str {
    match error {
        pem::Error::MissingSectionEnd { .. } => "a section of the PEM has no end",
        pem::Error::IllegalSectionStart { .. } => "a section of the PEM begins wrongly",
        pem::Error::Base64Decode(_) => "a section of the PEM is not base64",
        _ => "it is not PEM",
    }
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(FILE_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use tokio::signal::unix::{SignalKind, signal};

    use super::*;

    fn pair(directory: &Path) -> (cli::Tls, CertificateDer<'static>) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (chain, key) = (directory.join("chain.pem"), directory.join("key.pem"));
        std::fs::write(&chain, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        (cli::Tls { tls_cert: Some(chain), tls_key: Some(key) }, made.cert.der().clone())
    }

    #[test]
    fn files_are_looked_at_without_being_told() {
        let directory = tempfile::tempdir().unwrap();
        let (flags, first) = pair(directory.path());
        let certificate = Certificate::read(&flags).unwrap().unwrap();
        let shown = || certificate.shown.read().certified.cert[0].clone();
        assert_eq!(shown(), first);
        assert_eq!(certificate.look_again(), Ok(false));
        let (_, second) = pair(directory.path());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let never = signal(SignalKind::user_defined1()).unwrap();
            let kept = tokio::spawn(certificate.clone().keep_up(never, Duration::from_millis(1)));
            while shown() != second {
                tokio::task::yield_now().await;
            }
            kept.abort();
        });
    }
}
