//! The attributes, with their documentation: here it can be tested.

/// Makes a WebSocket service of an `impl` block.
///
/// There is one instance of the type per connection. Methods with [`#[remote]`](macro@crate::remote) are called for what
/// happens on the connection, a function with [`#[upgrade]`](macro@crate::upgrade) makes the instance, everything else in the
/// block stays as it is.
///
/// ```
/// #[derive(Default)]
/// struct Echo;
///
/// #[websocket::service(path = "/echo")]
/// impl Echo {
///     #[remote]
///     fn on_text_message(&mut self, text: String) -> String {
///         text
///     }
/// }
///
/// # fn main() -> websocket::Result<()> {
/// let router = websocket::Router::builder().service::<Echo>().build()?;
/// # drop(router);
/// # Ok(())
/// # }
/// ```
///
/// # Keys
///
/// | key | value | default |
/// | --- | --- | --- |
/// | `path` | `"/a/<name>/b/<rest..>"`: literals, parameters of one segment, or of the rest (last only, at least one segment); percent-decoded by segment, matched exactly | required |
/// | `state` | a type that all connections of the service share, `Send`, `Sync`, and `'static`, given to [`Listener::service_with`](crate::Listener::service_with) | `()` |
/// | `subprotocols` | list of names, in the server's order of preference | `[]` |
/// | `idle_timeout` | seconds without anything coming in or going out; 0 is off | 0 |
/// | `max_frame_size` | bytes of payload of one data frame, in and out | 65 536 |
/// | `max_message_size` | bytes of one message after reassembly | 1 048 576 |
/// | `auth` | who may connect: an expression of type [`Auth`](crate::Auth), instead of the listener's | the listener's |
/// | `origins` | the web pages that may connect: a list of origins such as `"https://example.com"`, or an expression of type [`Origins`](crate::Origins), instead of the listener's | the listener's |
/// | `compression` | an expression of type [`Compression`](crate::Compression), instead of the listener's (feature `deflate`) | the listener's |
/// | `connection_closure_timeout` | seconds to wait for the peer's close frame; -1 is for ever | 60 |
/// | `ping_interval` | seconds of silence after which the peer is pinged; 0 is off. Pings and pongs count as activity for `idle_timeout` | 0 |
/// | `pong_timeout` | seconds after such a ping until a peer that is still silent counts as gone: the connection ends, `on_close` gets 1006 | 20 |
/// | `dispatcher_key` | the field whose value names the method of a text message | none |
/// | `dispatcher_stream_id` | the field of a dispatched message that its replies carry too; needs `dispatcher_key` | none |
/// | `validation` | whether payloads that implement [`Validate`](crate::Validate) are validated | `true` |
/// | `crate` | the path of this crate | `::websocket` |
///
/// A literal is checked at compile time. The timeouts and sizes may be any expression: seconds an integer, a float, or a
/// [`Duration`](std::time::Duration), sizes a `usize`; those are checked when the listener is bound, and give a
/// [`ConfigError`](crate::ConfigError) that names the service and the key.
///
/// # Mistakes
///
/// All of a block's mistakes are reported in one build, each at its own place:
///
/// ```compile_fail
/// # struct Chat;
/// #[websocket::service(path = "/chat/<room>")]
/// impl Chat {
///     #[upgrade]
///     fn connect() -> Self { // error: path parameter `<room>` has no matching argument in `connect`
///         Chat
///     }
///
///     #[remote]
///     fn on_mesage(&mut self, text: String) {} // error: unknown callback `on_mesage`
/// }
/// ```
pub use ws_macros::service;

/// Makes the callbacks of a client of an `impl` block, for a program that mainly reacts to what its server says.
///
/// The methods with [`#[remote]`](macro@crate::remote) are those of a [service](macro@crate::service), with the same payloads, replies,
/// and dispatch, and the same mistakes are reported; everything else in the block stays as it is. The type implements
/// [`Handler`](crate::Handler), not [`Service`](crate::Service): it is no service that a listener could have. The program makes the
/// one instance itself, and gives it to [`Client::run`](crate::Client::run), to [`ClientBuilder::run`](crate::ClientBuilder::run), or, to write
/// from elsewhere too, to [`ClientBuilder::connect_with`](crate::ClientBuilder::connect_with).
///
/// ```
/// use websocket::{Caller, Client};
///
/// #[derive(serde::Deserialize)]
/// struct Tick {
///     price: f64,
/// }
///
/// struct Ticker {
///     pair: String,
///     last: Option<f64>,
/// }
///
/// #[websocket::client(dispatcher_key = "event")]
/// impl Ticker {
///     #[remote]
///     fn on_open(&mut self) -> String {
///         format!(r#"{{"event":"subscribe","pair":"{}"}}"#, self.pair)
///     }
///
///     #[remote]
///     async fn on_tick(&mut self, caller: &Caller, tick: Tick) -> websocket::Result<()> {
///         self.last = Some(tick.price);
///         caller.write_text(r#"{"event":"seen"}"#).await
///     }
/// }
///
/// # async fn example() -> websocket::Result<()> {
/// let ticker = Ticker { pair: "XBT/USD".to_owned(), last: None };
/// let (code, reason) = Client::run("ws://localhost:9090/market", ticker).await?;
/// println!("closed with {code:?}: {reason}");
/// # Ok(())
/// # }
/// ```
///
/// # Keys
///
/// All are optional; without any, it is `#[websocket::client]`.
///
/// | key | value | default |
/// | --- | --- | --- |
/// | `idle_timeout` | seconds without anything coming in or going out; 0 is off | 0 |
/// | `dispatcher_key` | the field whose value names the method of a text message | none |
/// | `dispatcher_stream_id` | the field of a dispatched message that its replies carry too; needs `dispatcher_key` | none |
/// | `validation` | whether payloads that implement [`Validate`](crate::Validate) are validated | `true` |
/// | `crate` | the path of this crate | `::websocket` |
///
/// What else a service has in its attribute, a client has in its [`ClientBuilder`](crate::ClientBuilder). There is no
/// [`#[upgrade]`](macro@crate::upgrade), because a client is sent no requests, and no callback asks for scopes, because a server has no identity.
#[cfg(feature = "client")]
pub use ws_macros::client;

/// Marks a method of a [service](macro@crate::service), or of a client, as a callback.
///
/// `&self` or `&mut self`, sync or async; the first argument may be `caller: &Caller`. The callbacks of one connection run one at
/// a time, in the order of arrival.
///
/// | callback | arguments after the caller | when |
/// | --- | --- | --- |
/// | `on_open` | – | after the upgrade; ends before any message callback starts |
/// | `on_text_message` | `&str` or `String` | a text message |
/// | `on_binary_message` | a byte type: `&[u8]`, `Vec<u8>`, or `Bytes` | a binary message |
/// | `on_message` | any payload, see below | either; cannot stand beside the two above |
/// | `on_ping`, `on_pong` | a byte type | a control frame; with `on_ping` the service answers (a returned value is the pong), without it the pong is automatic |
/// | `on_idle_timeout` | – | nothing came in or went out for `idle_timeout`; repeats. Without it the connection closes with 1001 |
/// | `on_close` | `status: CloseCode`, `reason: &str`, each optional | exactly once for every connection whose `on_open` began, unless a callback panicked: with the peer's code, 1005 if it gave none, 1006 if none came |
/// | `on_error` | `error: &Error` | a failure that nothing else handles |
/// | `on_<event>`, or any name with `#[remote(event = "…")]` | a payload, optional | a dispatched message, see below |
/// | `<method>_error` of a message callback | `error: &Error` | a message did not fit the argument of that method, or was not valid |
///
/// A method that receives messages may ask for scopes, one of which is enough: `#[remote(scopes = ["write"])]`. They are those of the
/// [`Identity`](crate::Identity) that the rules of `auth` found out; where there are no rules, nobody has any. Of a message without them the
/// method is not told, and its payload is not read: [`Error::Forbidden`](crate::Error::Forbidden) goes to `<method>_error`, else to `on_error`,
/// else the connection closes with 1008.
///
/// # Payloads
///
/// `&str`, `String`, `&[u8]`, `Vec<u8>`, `Bytes`, and [`Message`](crate::Message) are taken as they are: text given to a bytes argument
/// is its UTF-8; binary given to a text argument must be UTF-8. Any other type that implements `serde::Deserialize` is read as JSON,
/// from text and from binary, and may borrow from the message. One that implements [`Validate`](crate::Validate) is validated.
///
/// What cannot be read goes to `<method>_error`, else to `on_error`, else the connection closes with 1003; what is not valid, with 1007.
///
/// # Replies
///
/// | returned type | then |
/// | --- | --- |
/// | `()` | nothing is sent |
/// | `&str`, `String`, `Box<str>`, `Arc<str>`, `Cow<str>`, and references to these | a text message |
/// | `&[u8]`, `Vec<u8>`, `Box<[u8]>`, `Arc<[u8]>`, `[u8; N]`, `Bytes`, `BytesMut`, `Cow<[u8]>`, and references to these | a binary message |
/// | [`Message`](crate::Message), [`Prepared`](crate::Prepared) | as it is |
/// | [`CloseFrame`](crate::CloseFrame) | the closing handshake begins |
/// | a [`Stream`](crate::Stream) of any of these | each element is sent as it comes |
/// | any other `serde::Serialize` | a text message in JSON |
/// | `Option` of any of these | nothing is sent for `None` |
/// | `Result` of any of these | an error, anything that is `Into<Box<dyn Error + Send + Sync>>`, goes to `on_error`; without that the connection closes with 1011 |
///
/// A panic closes its connection with 1011 and harms no other.
///
/// A stream runs beside the other callbacks, up to [`max_streams`](crate::Listener::max_streams) of them at once. It is polled while the
/// outgoing buffer is not over its low-water mark, and dropped when the connection ends. An element that is an error ends its stream,
/// and goes to `on_error`. It cannot borrow from the service or the message: `impl Stream<Item = Tick> + use<>` says so.
///
/// # Dispatch
///
/// With `dispatcher_stream_id = "id"`, a reply that is a JSON object, each element of a streamed one, and the reply of an error
/// callback carry the field `id` of the request as it was written, unless they have one of their own.
///
/// With `dispatcher_key = "event"`, the text message `{"event":"heartBeat"}` goes to the method with `event = "heartBeat"`, else to
/// `on_heart_beat`, else to `on_text_message` or `on_message`. The callbacks of the table are never reached by a message.
///
/// ```
/// # #[derive(Default)]
/// # struct Market;
/// #[websocket::service(path = "/market", dispatcher_key = "event")]
/// impl Market {
///     #[remote]
///     fn on_heart_beat(&mut self) -> &'static str {
///         r#"{"event":"heartBeat"}"#
///     }
///
///     #[remote(event = "bye")]
///     fn leave(&mut self) -> websocket::CloseFrame {
///         websocket::CloseFrame::normal()
///     }
/// }
/// ```
pub use ws_macros::remote;

/// Marks the function of a [service](macro@crate::service) that answers upgrade requests.
///
/// An associated function without receiver, sync or async, that runs once per request, before anything is answered. Its arguments
/// by role, in any order:
///
/// | argument | value |
/// | --- | --- |
/// | one per path parameter, by its name | percent-decoded and [parsed](std::str::FromStr); 404 if it cannot be |
/// | `#[query] name: T`, `Option<T>`, or `Vec<T>` | the query parameter of that name; 400 if it is missing or cannot be parsed |
/// | `#[header] name: T`, `Option<T>`, or `Vec<T>` | the header of that name with `-` for `_`, or `#[header("x-api-key")]`; 400 as above |
/// | `&UpgradeRequest` | the [request](crate::UpgradeRequest) itself |
/// | a reference to the `state` type | what all connections share |
///
/// It returns `Self`, [`Accept<Self>`](crate::Accept), or a `Result` of one of these with an error that is
/// `Into<UpgradeError>`. A panic in it is a 500, and nothing else is touched. Without it the type must be `Default`.
///
/// ```
/// # use websocket::{UpgradeError, UpgradeRequest};
/// # struct Room { id: u32 }
/// #[websocket::service(path = "/room/<id>")]
/// impl Room {
///     #[upgrade]
///     async fn enter(id: u32, #[query] token: Option<String>, request: &UpgradeRequest) -> Result<Self, UpgradeError> {
///         if token.as_deref() != Some("secret") {
///             return Err(UpgradeError::unauthorized(format!("no entry from {:?}", request.remote_addr())));
///         }
///         Ok(Room { id })
///     }
///
///     #[remote]
///     fn on_open(&mut self) -> String {
///         format!("room {}", self.id)
///     }
/// }
/// ```
pub use ws_macros::upgrade;
