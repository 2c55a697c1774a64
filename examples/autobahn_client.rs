//! Echoes what the server of the Autobahn suite sends, in each of its cases: the client behind `scripts/conformance.sh client`.
//!
//! `AUTOBAHN_URL=ws://127.0.0.1:9001 cargo run --release --example autobahn_client`

use websocket::{Client, Error, Result};

/// 64 MiB: the suite sends messages of 16.
const MAX_SIZE: usize = 64 << 20;
/// The suite sends one message in 65 537 fragments.
const MAX_FRAGMENTS: u32 = 1 << 17;
const AGENT: &str = "websocket";
/// How many cases there are between two lines of progress.
const STRIDE: u32 = 50;

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let server = std::env::var("AUTOBAHN_URL").unwrap_or_else(|_| "ws://127.0.0.1:9001".to_owned());
    let count = connect(format!("{server}/getCaseCount")).await?.read().await?;
    let count: u32 =
        count.as_ref().and_then(|count| count.as_text()).ok_or("the server tells no number of cases")?.parse()?;
    for case in 1..=count {
        if case % STRIDE == 1 {
            println!("case {case} of {count}");
        }
        // Many cases break the protocol, and the connection with it; what is to be thought of it, the suite says.
        match echo(connect(format!("{server}/runCase?case={case}&agent={AGENT}")).await?).await {
            Ok(()) | Err(Error::Closed | Error::Io(_) | Error::Protocol(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let reports = connect(format!("{server}/updateReports?agent={AGENT}")).await?;
    while reports.read().await?.is_some() {}
    println!("{count} cases");
    Ok(())
}

async fn connect(url: String) -> Result<Client> {
    let builder = Client::builder(url).max_frame_size(MAX_SIZE).max_message_size(MAX_SIZE);
    builder.max_fragments(MAX_FRAGMENTS).connect().await
}

async fn echo(client: Client) -> Result<()> {
    while let Some(message) = client.read().await? {
        client.write(message).await?;
    }
    Ok(())
}
