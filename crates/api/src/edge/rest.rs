//! The rest of a request that is answered before it has been read, as where nobody asks with a key that is known.
//!
//! It is read and thrown away, so that the client hears the answer. Over HTTP/2 a stream that ends before its request does is reset, and
//! some clients take that for the whole answer; over HTTP/1.1 the connection breaks.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::EXPECT;
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};

/// No more than this is read of what nobody wants.
const REST_BYTES_MAX: usize = 1 << 20;
/// Nor for longer.
const REST_TIME_MAX: Duration = Duration::from_secs(2);

/// Answers, and reads what is left of the request first.
pub(crate) async fn heard_out(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    // Who waits to be told to go on has sent nothing, and is not to be told.
    if hyper::body::Body::is_end_stream(&body) || parts.headers.contains_key(EXPECT) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let rest = Rest(Arc::new(Mutex::new(body)));
    let answer = next.run(Request::from_parts(parts, Body::new(rest.clone()))).await;
    read_away(rest, REST_BYTES_MAX, REST_TIME_MAX).await;
    answer
}

/// Reads a body that nobody wants to its end, or until it has more bytes or takes longer than that.
pub(super) async fn read_away(mut body: impl hyper::body::Body<Data = Bytes> + Unpin, bytes_max: usize, time_max: Duration) {
    let reading = async {
        let mut seen = 0;
        while seen <= bytes_max {
            let Some(Ok(frame)) = body.frame().await else { return };
            seen += frame.data_ref().map_or(0, Bytes::len);
        }
    };
    // Whether it was read to its end does not change the answer.
    drop(tokio::time::timeout(time_max, reading).await);
}

/// A body that is still there when whoever was to read it has gone.
#[derive(Clone)]
struct Rest(Arc<Mutex<Body>>);

impl Rest {
    fn with<T>(&self, look: impl FnOnce(Pin<&mut Body>) -> T) -> T {
        look(Pin::new(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl hyper::body::Body for Rest {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.with(|body| body.poll_frame(cx))
    }

    fn is_end_stream(&self) -> bool {
        self.with(|body| body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.with(|body| body.size_hint())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::routing::post;
    use futures_util::stream;
    use http::StatusCode;
    use tower::ServiceExt;

    use super::*;

    const PIECE: usize = 1_000;

    /// How many of so many pieces are taken off a client that is refused.
    async fn taken(pieces: usize, expecting: bool) -> usize {
        let taken = Arc::new(AtomicUsize::new(0));
        let count = taken.clone();
        let pieces = (0..pieces).map(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
            Ok::<_, axum::Error>(Bytes::from(vec![b'x'; PIECE]))
        });
        let mut request = Request::post("/").body(Body::from_stream(stream::iter(pieces))).expect("a request");
        if expecting {
            request.headers_mut().insert(EXPECT, http::HeaderValue::from_static("100-continue"));
        }
        let router = Router::new().route("/", post(|| std::future::ready(StatusCode::UNAUTHORIZED)));
        let answer = router.layer(axum::middleware::from_fn(heard_out)).oneshot(request).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        taken.load(Ordering::Relaxed)
    }

    #[tokio::test]
    async fn what_nobody_reads_is_taken_all_the_same() {
        assert_eq!(taken(3, false).await, 3);
    }

    #[tokio::test]
    async fn but_not_without_end() {
        assert_eq!(taken(1_000_000, false).await, REST_BYTES_MAX / PIECE + 1);
    }

    #[tokio::test]
    async fn nor_from_somebody_who_waits_for_a_word() {
        assert_eq!(taken(3, true).await, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn nor_for_ever() {
        let request = Request::post("/").body(Body::from_stream(stream::pending::<Result<Bytes, axum::Error>>())).expect("a request");
        let router = Router::new().route("/", post(|| std::future::ready(StatusCode::UNAUTHORIZED)));
        let answer = router.layer(axum::middleware::from_fn(heard_out)).oneshot(request).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    }
}
