//! The model behind the judge, over HTTP: an endpoint that speaks OpenAI's `POST /chat/completions`.
//!
//! It asks and hands back words. What is asked, what an answer means, what it may cost and when to give up is for `app` to know; this
//! knows one address, one wire, and the ways in which the other side can be bad. Every call of [`Model::ask`] is at most one request.

mod address;
mod wire;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use debrief_app::judge::model::{Answering, Fault, Model, Question, Reply};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

pub use address::Unfit;

/// Bytes of an answer. One of the length that is asked for takes a few kilobytes.
pub const ANSWER_BYTES_MAX: usize = 1 << 20;

/// Where and how to ask.
#[derive(Clone)]
pub struct Config {
    /// What `/chat/completions` is appended to, for example `https://api.openai.com/v1`.
    pub base_url: String,
    /// The model's name.
    pub model: String,
    /// What to sign in with.
    pub api_key: Option<String>,
    /// Time for a whole answer.
    pub timeout: Duration,
    /// Speak unencrypted to other machines, too.
    pub plain_http: bool,
}

/// An endpoint.
pub struct Endpoint {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    uri: Uri,
    authorization: Option<HeaderValue>,
    model: String,
    timeout: Duration,
    /// The other side takes no schema.
    is_plain: AtomicBool,
}

/// Without the key.
impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("uri", &self.uri).field("model", &self.model).finish_non_exhaustive()
    }
}

impl Endpoint {
    /// Makes one ready. Nothing is asked yet.
    ///
    /// # Errors
    /// When the address is one that nobody should be sent conversations to, the key cannot be sent, or the system's certificates cannot be
    /// read.
    pub fn new(config: &Config) -> Result<Self, Unfit> {
        let uri = address::checked(&config.base_url, config.plain_http)?;
        let authorization = config.api_key.as_deref().map(bearer).transpose()?;
        let mut builder = Client::builder(TokioExecutor::new());
        builder.pool_idle_timeout(Duration::from_secs(30)).pool_timer(hyper_util::rt::TokioTimer::new());
        Ok(Self {
            client: builder.build(connector(&uri)?),
            uri,
            authorization,
            model: config.model.clone(),
            timeout: config.timeout,
            is_plain: AtomicBool::new(false),
        })
    }

    async fn exchange(&self, question: &Question) -> Result<Reply, Fault> {
        let is_plain = self.is_plain.load(Ordering::Relaxed);
        // There are no redirects: this client follows none, and an answer that is one is a refusal.
        let response = self.client.request(self.request(question, is_plain)).await.map_err(|error| unreachable(&error))?;
        let (parts, body) = response.into_parts();
        match parts.status {
            status if status.is_success() => {}
            StatusCode::BAD_REQUEST if !is_plain => {
                self.is_plain.store(true, Ordering::Relaxed);
                return Err(Fault::NoSchema);
            }
            StatusCode::BAD_REQUEST => {
                // It was not for the schema.
                self.is_plain.store(false, Ordering::Relaxed);
                return Err(Fault::Refused(400));
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => return Err(Fault::Busy(retry_after(&parts.headers))),
            status if status.is_server_error() => return Err(Fault::Broken(status.as_u16())),
            status => return Err(Fault::Refused(status.as_u16())),
        }
        let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await.map_err(|error| match error.is::<LengthLimitError>() {
            true => Fault::TooLarge,
            false => Fault::Unreadable,
        })?;
        wire::reply(&body.to_bytes())
    }

    fn request(&self, question: &Question, is_plain: bool) -> Request<Full<Bytes>> {
        let body = Full::new(Bytes::from(wire::body(&self.model, question, is_plain)));
        let mut request = Request::post(self.uri.clone()).body(body).expect("the address was checked");
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.extend(self.authorization.iter().map(|key| (AUTHORIZATION, key.clone())));
        request
    }
}

impl Model for Endpoint {
    fn name(&self) -> &str {
        &self.model
    }

    fn ask<'a>(&'a self, question: &'a Question) -> Answering<'a> {
        Box::pin(async move {
            // Over all of it, or a stream that never ends would never end.
            tokio::time::timeout(self.timeout, self.exchange(question)).await.unwrap_or(Err(Fault::Timeout))
        })
    }
}

/// Certificates are read for encrypted addresses only, since a small machine may have none.
fn connector(uri: &Uri) -> Result<HttpsConnector<HttpConnector>, Unfit> {
    let mut plain = HttpConnector::new();
    plain.enforce_http(false);
    plain.set_connect_timeout(Some(Duration::from_secs(10)));
    let builder = HttpsConnectorBuilder::new();
    let builder = match uri.scheme_str() {
        Some("https") => builder.with_native_roots().map_err(|error| Unfit::Certificates(error.to_string()))?,
        _ => builder.with_tls_config(no_certificates()),
    };
    Ok(builder.https_or_http().enable_http1().wrap_connector(plain))
}

/// Trusts nobody, which is right where nothing is encrypted.
fn no_certificates() -> rustls::ClientConfig {
    rustls::ClientConfig::builder().with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
}

fn bearer(key: &str) -> Result<HeaderValue, Unfit> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", key.trim())).map_err(|_| Unfit::Key)?;
    value.set_sensitive(true);
    Ok(value)
}

/// What is said of it names no address twice and no key.
fn unreachable(error: &hyper_util::client::legacy::Error) -> Fault {
    let mut said = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        said = error.to_string();
        cause = error.source();
    }
    Fault::Unreachable(said)
}

/// In seconds, or a time.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let told = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = told.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(told).ok()?.timestamp();
    let seconds = at.duration_since(jiff::Timestamp::now()).as_secs();
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_come_back_is_seconds_or_a_date() {
        let check = |told: &str, expected: Option<u64>| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_str(told).unwrap())]);
            assert_eq!(retry_after(&headers), expected.map(Duration::from_secs), "{told}");
        };
        check("7", Some(7));
        check("Wed, 21 Oct 2015 07:28:00 GMT", Some(0));
        check("soon", None);
        check("-1", None);
        assert_eq!(retry_after(&HeaderMap::new()), None);
        let later = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(100);
        let later = jiff::fmt::rfc2822::to_string(&later.to_zoned(jiff::tz::TimeZone::UTC)).unwrap();
        let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_str(&later).unwrap())]);
        assert!(retry_after(&headers).is_some_and(|wait| (90..=100).contains(&wait.as_secs())));
    }

    #[test]
    fn the_key_is_shown_nowhere() {
        let config = Config {
            base_url: "http://127.0.0.1:9/v1".to_owned(),
            model: "m".to_owned(),
            api_key: Some("very-secret".to_owned()),
            timeout: Duration::from_secs(1),
            plain_http: false,
        };
        let endpoint = Endpoint::new(&config).unwrap();
        assert!(!format!("{endpoint:?}").contains("very-secret"));
        assert!(!format!("{:?}", endpoint.authorization).contains("very-secret"));
        assert!(matches!(Endpoint::new(&Config { api_key: Some("two\nlines".to_owned()), ..config }), Err(Unfit::Key)));
    }
}
