//! A feed of prices at `/market`, with messages like those of Kraken's: every subscription is answered with a stream of ticks.
//!
//! `cargo run --example market -- [--port N] [--seed N] [--interval MS]`, then connect with any client and send
//! `{"event":"subscribe","reqid":7,"pair":["XBT/USD","ETH/USD"]}`.

mod feed;
mod messages;
mod options;
mod walk;

use std::{collections::HashMap, convert::Infallible, process::ExitCode};

use feed::Feed;
use futures_util::{StreamExt, stream};
use messages::{Answer, Pairs, Refusal, Subscription};
use options::Options;
use tokio::sync::oneshot;
use websocket::{Error, Listener, Stream};

/// One client.
struct Market {
    feed: Feed,
    /// Of each pair the streams that carry its ticks: one of them loses the pair when what stands for it here is dropped.
    subscriptions: HashMap<&'static str, Vec<oneshot::Sender<Infallible>>>,
}

#[websocket::service(path = "/market", state = Feed, dispatcher_key = "event", dispatcher_stream_id = "reqid")]
impl Market {
    #[upgrade]
    fn connect(feed: &Feed) -> Self {
        Self { feed: feed.clone(), subscriptions: HashMap::new() }
    }

    /// Says which pairs there are.
    #[remote]
    fn on_open(&mut self) -> Answer {
        Answer::SystemStatus { status: "online", pair: self.feed.pairs().collect() }
    }

    /// Sends the ticks of all these pairs, or of none: from now on, until the last of them is unsubscribed.
    #[remote]
    fn on_subscribe(&mut self, request: Pairs<'_>) -> impl Stream<Item = Answer> + use<> {
        match self.subscribe(&request) {
            Ok(answers) => answers.left_stream(),
            Err(refusal) => stream::iter([Answer::refused(refusal)]).right_stream(),
        }
    }

    /// Gets what does not bind to [`Pairs`], and what is not valid.
    #[remote]
    fn on_subscribe_error(&mut self, error: &Error) -> Answer {
        Answer::refused(error)
    }

    /// Ends the ticks of all these pairs, or of none. No tick of theirs comes after the answer.
    #[remote]
    fn on_unsubscribe(&mut self, request: Pairs<'_>) -> Answer {
        self.unsubscribe(&request).unwrap_or_else(Answer::refused)
    }

    #[remote]
    fn on_unsubscribe_error(&mut self, error: &Error) -> Answer {
        Answer::refused(error)
    }

    /// The name `on_ping` belongs to the callback for ping frames.
    #[remote(event = "ping")]
    fn answer_ping(&self) -> Answer {
        Answer::Pong
    }

    #[remote]
    fn on_heartbeat(&self) -> Answer {
        Answer::Heartbeat
    }

    /// Gets every text message that is for no other method.
    #[remote]
    fn on_text_message(&self, _text: &str) -> Answer {
        Answer::Error { error_message: "unsupported event".to_owned() }
    }

    /// Gets every other error: a subscription more than a connection may have.
    #[remote]
    fn on_error(&self, error: &Error) -> Answer {
        Answer::Error { error_message: error.to_string() }
    }
}

impl Market {
    fn subscribe(&mut self, request: &Pairs<'_>) -> Result<impl Stream<Item = Answer> + Send + use<>, Refusal> {
        self.forget_ended();
        let tickers = self.feed.tickers(request)?;
        let pair: Vec<_> = tickers.iter().map(|ticker| ticker.pair()).collect();
        let ticks: Vec<_> = tickers
            .into_iter()
            .map(|ticker| {
                let (subscription, unsubscribed) = oneshot::channel();
                self.subscriptions.entry(ticker.pair()).or_default().push(subscription);
                ticker.ticks().take_until(unsubscribed).boxed()
            })
            .collect();
        let begin = Answer::SubscriptionStatus(Subscription::Subscribed { pair: pair.clone() });
        let end = Answer::SubscriptionStatus(Subscription::Unsubscribed { pair });
        Ok(stream::iter([begin]).chain(stream::select_all(ticks).map(Answer::Ticker)).chain(stream::iter([end])))
    }

    fn unsubscribe(&mut self, request: &Pairs<'_>) -> Result<Answer, Refusal> {
        self.forget_ended();
        let pair: Vec<_> = self.feed.tickers(request)?.iter().map(|ticker| ticker.pair()).collect();
        if let Some(pair) = pair.iter().find(|pair| !self.subscriptions.contains_key(*pair)) {
            return Err(Refusal::NotSubscribed(pair));
        }
        self.subscriptions.retain(|subscribed, _| !pair.contains(subscribed));
        Ok(Answer::SubscriptionStatus(Subscription::Unsubscribed { pair }))
    }

    /// Forgets the streams that have ended without being unsubscribed: those that were more than a connection may have.
    fn forget_ended(&mut self) {
        self.subscriptions.retain(|_, streams| {
            streams.retain(|stream| !stream.is_closed());
            !streams.is_empty()
        });
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    // A log that cannot be written is no reason to panic.
    tracing_subscriber::fmt().with_writer(std::io::stderr).log_internal_errors(false).init();
    let options = match Options::parse(std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into())) {
        Ok(options) => options,
        Err(mistake) => {
            eprintln!("market: {mistake}\n\n{}", options::USAGE);
            return ExitCode::from(2);
        }
    };
    match serve(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("market: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves until Ctrl-C, which closes every connection with 1001.
async fn serve(options: &Options) -> websocket::Result<()> {
    let feed = Feed::start(options.seed, options.interval);
    let listener = Listener::new(options.port).service_with::<Market>(feed).bind().await?;
    println!("listening on ws://127.0.0.1:{}", listener.local_addr().port());
    listener
        .serve_until(async {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await; // no signal can be heard: serve until killed
            }
        })
        .await?;
    Ok(())
}
