//! What clippy would find in signatures that the framework asks for is allowed, and nothing else.

use super::source;

/// The attributes of the first method.
fn allowed(method: &str) -> String {
    let source = format!(
        "#[service(path = \"/\", state = Hub)] impl Chat {{ {method} #[remote] fn on_open(&self) {{ self }} }}"
    );
    let expansion = source::expand(&source);
    assert_eq!(source::mistakes(expansion.clone()), [], "{source}");
    let expansion = expansion.to_string();
    let (_, method) = expansion.split_once("impl Chat {").unwrap();
    let Some(lints) = method.trim_start().strip_prefix("# [allow (") else { return String::new() };
    lints.split_once(")]").unwrap().0.replace("clippy :: ", "")
}

#[test]
fn callbacks() {
    let table = [
        ("#[remote] async fn on_pong(&self, d: &[u8]) { self.x.await }", ""),
        ("#[remote] async fn on_pong(&self, d: &[u8]) { self }", "unused_async"),
        ("#[remote] fn on_pong(&self, d: &[u8]) {}", "unused_self"),
        ("#[remote] fn on_pong(&self, d: Bytes) { self }", "needless_pass_by_value"),
        ("#[remote] fn on_close(&self, status: CloseCode, reason: &str) { self }", ""),
        ("#[remote] pub fn on_pong(&self, d: &[u8]) -> String { self }", "must_use_candidate"),
        ("#[remote] pub fn on_pong(&self, d: &[u8]) { self }", ""),
        ("fn helper(x: String, y: &Hub) {}", ""),
    ];
    for (method, expected) in table {
        assert_eq!(allowed(method), expected, "{method}");
    }
}

#[test]
fn upgrade_functions() {
    let bools = |count: u8| (0..count).map(|index| format!("#[query] q{index}: bool")).collect::<Vec<_>>().join(", ");
    let table = [
        (String::new(), ""),
        ("hub: &Hub".to_owned(), "trivially_copy_pass_by_ref"),
        ("#[query] name: String".to_owned(), "needless_pass_by_value"),
        (bools(3), ""),
        (bools(4), "fn_params_excessive_bools"),
        (bools(7), "fn_params_excessive_bools"),
        (bools(8), "fn_params_excessive_bools , too_many_arguments"),
        ("hub: &Vec<u8>".to_owned(), "ptr_arg , trivially_copy_pass_by_ref"),
        ("hub: &Box<Hub>".to_owned(), "borrowed_box , trivially_copy_pass_by_ref"),
    ];
    for (arguments, expected) in table {
        assert_eq!(allowed(&format!("#[upgrade] fn new({arguments}) -> Self {{ Self }}")), expected, "{arguments}");
    }
    assert_eq!(allowed("#[upgrade] async fn new(hub: &Hub) -> Self { hub.join().await }"), "");
}
