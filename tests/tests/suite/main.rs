//! One suite of what services do, over everything that clients can talk over.

mod behaviours;
mod servers;
mod services;

/// Makes a test of each behaviour over a transport.
macro_rules! over {
    ($name:ident, $transport:ident) => {
        over!($name, $transport:
            text, binary, fragments, path_parameters, headers_and_subprotocols, the_peer_is_known, dispatch_and_streams,
            pings_and_pongs, the_client_closes, the_service_closes, the_client_vanishes, mistakes, compression, refusals,
            silence_ends_a_connection, a_client_that_does_not_read, many_at_once, the_server_ends
        );
    };
    ($name:ident, $transport:ident: $($behaviour:ident),+) => {
        mod $name {
            use crate::{behaviours, servers::{Server, Transport}};

            $(
                #[tokio::test]
                async fn $behaviour() {
                    behaviours::$behaviour(Server::start(Transport::$transport).await).await;
                }
            )+
        }
    };
}

over!(plain, Plain);
over!(tls, Tls);
over!(in_axum, Axum);
over!(in_axum_over_tls, AxumTls);
over!(in_hyper, Hyper);
over!(http2, Http2);
over!(http2_over_tls, Http2Tls);
over!(http2_in_axum, AxumHttp2);
over!(http2_in_hyper, HyperHttp2);
