//! TLS of the server's own: what it speaks, and the handshake. Where certificates come from is for others to know.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::ResolvesServerCert;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// What is spoken within, most wished first: gRPC needs HTTP/2.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// How the port speaks TLS: versions 1.3 and 1.2, for HTTP/2 and HTTP/1.1.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

impl Tls {
    /// Every handshake asks for the certificate to show.
    #[must_use]
    pub fn new(certificate: Arc<dyn ResolvesServerCert>) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.expect("the provider has what its default versions need");
        let mut config = builder.with_no_client_auth().with_cert_resolver(certificate);
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).into();
        Self(Arc::new(config).into())
    }

    /// Shakes hands, unless the server stops meanwhile. A handshake that fails is the client's affair: others are not troubled by it.
    pub(super) async fn greet(&self, stream: TcpStream, mut stopping: watch::Receiver<()>) -> Option<TlsStream<TcpStream>> {
        tokio::select! {
            greeted = self.0.accept(stream) => greeted.inspect_err(|error| {
                metrics::counter!("debrief_tls_handshakes_failed_total").increment(1);
                tracing::debug!("a TLS handshake failed: {error}");
            }).ok(),
            // Nothing is ever sent: it is closed.
            _ = stopping.changed() => None,
        }
    }
}
