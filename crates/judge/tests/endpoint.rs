//! The client against endpoints that are good, and bad in every way we know.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::post;
use debrief_app::judge::model::{Fault, Model, Question, Reply};
use debrief_judge::{ANSWER_BYTES_MAX, Config, Endpoint};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Longer than a good answer takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// For endpoints that must not be waited for.
const SOON: Duration = Duration::from_millis(300);

type Requests = Arc<Mutex<Vec<(HeaderMap, Value)>>>;

/// An endpoint on this machine that answers as `answer` says, knowing how many requests came before; and what it was asked.
struct Fake {
    address: SocketAddr,
    requests: Requests,
}

impl Fake {
    async fn start(answer: impl Fn(usize, &Value) -> Response<Body> + Clone + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, requests) = (listener.local_addr().unwrap(), Requests::default());
        let seen = requests.clone();
        let handler = async move |headers: HeaderMap, body: Bytes| {
            let body: Value = serde_json::from_slice(&body).unwrap();
            let mut seen = seen.lock().unwrap();
            let response = answer(seen.len(), &body);
            seen.push((headers, body));
            response
        };
        let router = Router::new().route("/v1/chat/completions", post(handler));
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { address, requests }
    }

    fn endpoint(&self, timeout: Duration) -> Endpoint {
        let config = Config {
            base_url: format!("http://{}/v1", self.address),
            model: "reader-1".to_owned(),
            api_key: Some("key-1".to_owned()),
            timeout,
            plain_http: false,
        };
        Endpoint::new(&config).unwrap()
    }

    fn calls(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

fn question() -> Question {
    Question {
        instructions: "Report.",
        conversation: "[1] user: Hello\n".to_owned(),
        again: None,
        schema: r#"{"type": "object"}"#,
        answer_tokens_max: 100,
    }
}

fn answer(status: u16, body: impl Into<Body>) -> Response<Body> {
    Response::builder().status(status).body(body.into()).unwrap()
}

fn says(text: &str) -> Response<Body> {
    let body = json!({"choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}});
    answer(200, body.to_string())
}

/// What one question to such an endpoint comes to.
async fn asked(timeout: Duration, respond: impl Fn() -> Response<Body> + Clone + Send + Sync + 'static) -> Result<Reply, Fault> {
    let fake = Fake::start(move |_, _| respond()).await;
    let found = fake.endpoint(timeout).ask(&question()).await;
    assert_eq!(fake.calls(), 1, "a question is one request");
    found
}

#[tokio::test]
async fn a_question_is_asked_as_the_wire_wants_it() {
    let fake = Fake::start(|_, _| says("{}")).await;
    let endpoint = fake.endpoint(PATIENCE);
    let expected = Reply { text: "{}".to_owned(), input_tokens: Some(12), output_tokens: Some(3) };
    assert_eq!(endpoint.ask(&question()).await, Ok(expected));
    let again = Question { again: Some(("nonsense".to_owned(), "that is none".to_owned())), ..question() };
    endpoint.ask(&again).await.unwrap();
    let requests = fake.requests.lock().unwrap();
    let (headers, body) = &requests[0];
    assert_eq!(
        (headers["authorization"].to_str().unwrap(), headers["content-type"].to_str().unwrap()),
        ("Bearer key-1", "application/json")
    );
    assert_eq!(
        *body,
        json!({
            "model": "reader-1", "temperature": 0.0, "seed": 1, "max_tokens": 100, "stream": false,
            "messages": [{"role": "system", "content": "Report."}, {"role": "user", "content": "[1] user: Hello\n"}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "report", "strict": true, "schema": {"type": "object"}}},
        })
    );
    let roles: Vec<&str> = requests[1].1["messages"].as_array().unwrap().iter().map(|message| message["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"]);
}

#[tokio::test]
async fn an_endpoint_that_takes_no_schema_is_asked_without() {
    let fake = Fake::start(|_, body| match body.get("response_format") {
        Some(_) => answer(400, r#"{"error": {"message": "response_format is not supported"}}"#),
        None => says("{}"),
    })
    .await;
    let endpoint = fake.endpoint(PATIENCE);
    assert_eq!(endpoint.ask(&question()).await, Err(Fault::NoSchema));
    assert!(endpoint.ask(&question()).await.is_ok() && endpoint.ask(&question()).await.is_ok());
    assert_eq!(fake.calls(), 3);
    // Where that is not the reason, the schema is not given up for good.
    let fake = Fake::start(|_, _| answer(400, "no")).await;
    let endpoint = fake.endpoint(PATIENCE);
    let found = [endpoint.ask(&question()).await, endpoint.ask(&question()).await, endpoint.ask(&question()).await];
    assert_eq!(found, [Err(Fault::NoSchema), Err(Fault::Refused(400)), Err(Fault::NoSchema)]);
}

#[tokio::test]
async fn what_is_refused_or_broken_says_which() {
    assert_eq!(asked(PATIENCE, || answer(500, "oh")).await, Err(Fault::Broken(500)));
    assert_eq!(asked(PATIENCE, || answer(401, "no")).await, Err(Fault::Refused(401)));
    let busy = |status: StatusCode, after: Option<&'static str>| {
        move || {
            let builder = Response::builder().status(status);
            after.into_iter().fold(builder, |builder, after| builder.header("retry-after", after)).body(Body::empty()).unwrap()
        }
    };
    let seconds = |seconds| Err(Fault::Busy(Some(Duration::from_secs(seconds))));
    assert_eq!(asked(PATIENCE, busy(StatusCode::TOO_MANY_REQUESTS, Some("17"))).await, seconds(17));
    assert_eq!(asked(PATIENCE, busy(StatusCode::SERVICE_UNAVAILABLE, Some("3"))).await, seconds(3));
    assert_eq!(asked(PATIENCE, busy(StatusCode::TOO_MANY_REQUESTS, None)).await, Err(Fault::Busy(None)));
}

#[tokio::test]
async fn a_redirect_is_followed_nowhere() {
    let other = Fake::start(|_, _| says("{}")).await;
    let there = format!("http://{}/v1/chat/completions", other.address);
    let found = asked(PATIENCE, move || Response::builder().status(307).header("location", &there).body(Body::empty()).unwrap()).await;
    assert_eq!((found, other.calls()), (Err(Fault::Refused(307)), 0));
}

#[tokio::test]
async fn words_come_back_as_they_are_and_nonsense_does_not() {
    let text = async |respond: fn() -> Response<Body>| asked(PATIENCE, respond).await.map(|reply| reply.text);
    assert_eq!(text(|| says(r#"{"outcome": "reso"#)).await, Ok(r#"{"outcome": "reso"#.to_owned()));
    assert_eq!(text(|| answer(200, r#"{"choices": [{"message": {"refusal": "no"}}]}"#)).await, Ok(String::new()));
    assert_eq!(text(|| answer(200, r#"{"choices": [{"mess"#)).await, Err(Fault::Unreadable));
    assert_eq!(text(|| answer(200, r#"{"choices": []}"#)).await, Err(Fault::Unreadable));
    assert_eq!(text(|| answer(200, "<html>")).await, Err(Fault::Unreadable));
    let unmetered = asked(PATIENCE, || answer(200, r#"{"choices": [{"message": {"content": "x"}}]}"#)).await.unwrap();
    assert_eq!((unmetered.input_tokens, unmetered.output_tokens), (None, None));
}

#[tokio::test]
async fn a_huge_answer_is_not_read_to_its_end() {
    assert_eq!(asked(PATIENCE, || answer(200, " ".repeat(ANSWER_BYTES_MAX + 1))).await, Err(Fault::TooLarge));
    // One that never ends, as fast as it can.
    let flood = || {
        let chunks = stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from_static(&[b' '; 16 << 10])));
        answer(200, Body::from_stream(chunks))
    };
    assert_eq!(asked(PATIENCE, flood).await, Err(Fault::TooLarge));
}

#[tokio::test]
async fn nobody_is_waited_for_longer_than_that() {
    // Says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let fake = Fake { address: silent.local_addr().unwrap(), requests: Requests::default() };
    assert_eq!(fake.endpoint(SOON).ask(&question()).await, Err(Fault::Timeout));
    // Begins to answer and never goes on.
    let drip = || {
        let begun = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"{"))]);
        answer(200, Body::from_stream(futures_util::StreamExt::chain(begun, stream::pending())))
    };
    assert_eq!(asked(SOON, drip).await, Err(Fault::Timeout));
}

#[tokio::test]
async fn one_that_is_not_there_is_unreachable() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let fake = Fake { address: gone.local_addr().unwrap(), requests: Requests::default() };
    drop(gone);
    assert!(matches!(fake.endpoint(PATIENCE).ask(&question()).await, Err(Fault::Unreachable(_))));
}
