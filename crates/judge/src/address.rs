//! Which addresses conversations may be sent to.
//!
//! The operator names the address, so this is no wall against the operator. It is against mistakes that are easily made and hard to see: a
//! key in an address that ends up in logs, conversations in the clear on somebody's network, and the addresses at which clouds hand out
//! credentials to whoever asks from inside.

use std::net::{IpAddr, Ipv4Addr};

use http::Uri;

/// Why an address cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is none.
    #[error("'{0}' is no address of the form https://HOST/PATH")]
    Address(String),
    /// Neither http nor https.
    #[error("'{0}' is neither http nor https")]
    Scheme(String),
    /// It has a name or a password in it.
    #[error("an address must not hold credentials: they end up in logs; name the variable that holds the key instead")]
    Credentials,
    /// It has a query or a fragment.
    #[error("an address with a '?' or '#' in it cannot have /chat/completions appended")]
    Query,
    /// Unencrypted, and not to this machine.
    #[error("conversations are sent unencrypted to this machine only; use https, or allow http if the network is yours")]
    Plain,
    /// An address of the local link.
    #[error("{0} is an address of the local link, where clouds hand out credentials; no conversation is sent there")]
    LinkLocal(IpAddr),
    /// A key with characters that no header holds.
    #[error("the key holds characters that cannot be sent")]
    Key,
    /// No certificates.
    #[error("the system's certificates cannot be read: {0}")]
    Certificates(String),
}

/// The address of `/chat/completions` under a base.
pub(crate) fn checked(base_url: &str, plain_http: bool) -> Result<Uri, Unfit> {
    let base = base_url.trim().trim_end_matches('/');
    // An address with credentials in it is repeated nowhere.
    if base.split('/').nth(2).is_some_and(|authority| authority.contains('@')) {
        return Err(Unfit::Credentials);
    }
    if base.contains(['?', '#']) {
        return Err(Unfit::Query);
    }
    let uri: Uri = format!("{base}/chat/completions").parse().map_err(|_| Unfit::Address(base.to_owned()))?;
    let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host().filter(|host| !host.is_empty())) else {
        return Err(Unfit::Address(base.to_owned()));
    };
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok().map(|ip| ip.to_canonical());
    if let Some(ip) = ip.filter(is_link_local) {
        return Err(Unfit::LinkLocal(ip));
    }
    let is_here = ip.is_some_and(|ip| ip.is_loopback()) || host.eq_ignore_ascii_case("localhost");
    match scheme {
        "https" => Ok(uri),
        "http" if is_here || plain_http => Ok(uri),
        "http" => Err(Unfit::Plain),
        _ => Err(Unfit::Scheme(base.to_owned())),
    }
}

fn is_link_local(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_link_local() || *ip == Ipv4Addr::UNSPECIFIED,
        IpAddr::V6(ip) => ip.is_unicast_link_local() || ip.is_unspecified(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversations_go_where_they_should_and_nowhere_else() {
        let check = |base: &str, plain_http, expected: Result<&str, Unfit>| {
            let found = checked(base, plain_http).map(|uri| uri.to_string());
            assert_eq!(found, expected.map(str::to_owned), "{base}");
        };
        check("https://api.openai.com/v1", false, Ok("https://api.openai.com/v1/chat/completions"));
        check(" https://models.example/ ", false, Ok("https://models.example/chat/completions"));
        check("http://127.0.0.1:8080/v1/", false, Ok("http://127.0.0.1:8080/v1/chat/completions"));
        check("http://[::1]:8080", false, Ok("http://[::1]:8080/chat/completions"));
        check("http://localhost:11434/v1", false, Ok("http://localhost:11434/v1/chat/completions"));
        check("http://models.internal/v1", false, Err(Unfit::Plain));
        check("http://localhost.example/v1", false, Err(Unfit::Plain));
        check("http://10.0.0.7/v1", false, Err(Unfit::Plain));
        check("http://10.0.0.7/v1", true, Ok("http://10.0.0.7/v1/chat/completions"));
        check("https://ada:secret@models.example/v1", false, Err(Unfit::Credentials));
        check("https://models.example/v1?key=secret", false, Err(Unfit::Query));
        check("https://models.example/v1#there", false, Err(Unfit::Query));
        check("ftp://models.example", false, Err(Unfit::Scheme("ftp://models.example".to_owned())));
        check("file:///etc/passwd", false, Err(Unfit::Address("file:///etc/passwd".to_owned())));
        check("models.example/v1", false, Err(Unfit::Address("models.example/v1".to_owned())));
        check("", false, Err(Unfit::Address(String::new())));
        let cloud: IpAddr = "169.254.169.254".parse().unwrap();
        for base in ["http://169.254.169.254/latest", "https://169.254.169.254", "http://[::ffff:169.254.169.254]/"] {
            check(base, true, Err(Unfit::LinkLocal(cloud)));
        }
        check("http://[fe80::1]/", true, Err(Unfit::LinkLocal("fe80::1".parse().unwrap())));
    }
}
