//! actix-ws, with one worker.

use std::net::TcpListener;

use actix_web::{
    App, Error, HttpRequest, HttpResponse, HttpServer,
    web::{self, Payload},
};
use actix_ws::Message;

use crate::{
    Result,
    servers::{MAX_SIZE, Task, announce, stopped},
};

pub(crate) fn serve(_: Task) -> Result<()> {
    actix_web::rt::System::new().block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let server = HttpServer::new(|| App::new().route("/", web::get().to(upgrade)))
            .workers(1)
            .tcp_nodelay(true)
            .disable_signals()
            .listen(listener)?
            .run();
        announce(port);
        let handle = server.handle();
        actix_web::rt::spawn(async move {
            stopped().await;
            handle.stop(false).await;
        });
        Ok(server.await?)
    })
}

async fn upgrade(request: HttpRequest, body: Payload) -> Result<HttpResponse, Error> {
    let (response, mut session, messages) = actix_ws::handle(&request, body)?;
    let mut messages = messages.max_frame_size(MAX_SIZE);
    actix_web::rt::spawn(async move {
        while let Some(Ok(message)) = messages.recv().await {
            let sent = match message {
                Message::Binary(data) => session.binary(data).await,
                Message::Text(text) => session.text(text).await,
                Message::Close(reason) => return drop(session.close(reason).await),
                _ => Ok(()),
            };
            if sent.is_err() {
                return;
            }
        }
    });
    Ok(response)
}
