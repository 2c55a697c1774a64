//! Names that somebody may have meant.

/// Finds the name that is so close to a wrong one that it was probably meant.
pub(crate) fn similar<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .map(|name| (distance(wrong, name), name))
        .filter(|&(distance, name)| distance <= tolerance(wrong).min(tolerance(name)))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, name)| name)
}

/// Like [`similar`] for methods: the prefix that all of them share makes none of them similar.
pub(crate) fn similar_method<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let stem = |name: &'a str| (name.strip_prefix(PREFIX).unwrap_or(name), name);
    let wrong = wrong.strip_prefix(PREFIX).or_else(|| wrong.strip_prefix("on")).unwrap_or(wrong);
    let names: Vec<_> = names.into_iter().map(stem).collect();
    let found = similar(wrong, names.iter().map(|(stem, _)| *stem))?;
    names.into_iter().find(|(stem, _)| *stem == found).map(|(_, name)| name)
}

/// Returns whether a name is another one with a slip of the pen: letters that are swapped, or one or two that are wrong in a long name.
pub(crate) fn is_slip(wrong: &str, name: &str) -> bool {
    let letters = |name: &str| {
        let mut letters: Vec<char> = name.chars().collect();
        letters.sort_unstable();
        letters
    };
    letters(wrong) == letters(name) || name.len() > SHORT && distance(wrong, name) <= 2
}

/// Lists names in a sentence: "`a`, `b`, and `c`".
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [one, other] => format!("{one} and {other}"),
        [most @ .., last] => format!("{}, and {last}", most.join(", ")),
    }
}

const PREFIX: &str = "on_";
/// With one letter changed, a name of so many letters is as likely to be another word: `close` and `clone`.
const SHORT: usize = 5;

/// How many mistakes a name may hold: in a short one, two would make it another name.
fn tolerance(name: &str) -> usize {
    let length = name.chars().count();
    if length <= 4 { 1 } else { (length / 3).max(2) }
}

/// Counts the characters to insert, delete, replace, or swap with their neighbour.
fn distance(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.chars().collect();
    let to: Vec<char> = to.chars().collect();
    let mut rows = vec![vec![0; to.len() + 1]; from.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=to.len()).collect();
    for i in 1..=from.len() {
        for j in 1..=to.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let table = [
            ("", "", 0),
            ("a", "", 1),
            ("path", "pth", 1),
            ("ping", "pnig", 1),
            ("xa", "ay", 2),
            ("message", "mesages", 2),
        ];
        for (from, to, expected) in table {
            assert_eq!(distance(from, to), expected, "{from} {to}");
            assert_eq!(distance(to, from), expected, "{to} {from}");
        }
    }

    #[test]
    fn similar_names() {
        let keys = ["dispatcher_key", "idle_timeout", "path", "state", "subprotocols"];
        let table = [
            ("idle_timout", Some("idle_timeout")),
            ("idletimeout", Some("idle_timeout")),
            ("paht", Some("path")),
            ("sub_protocols", Some("subprotocols")),
            ("dispatch_key", Some("dispatcher_key")),
            ("auth", None),
            ("timeout", None),
        ];
        for (wrong, expected) in table {
            assert_eq!(similar(wrong, keys), expected, "{wrong}");
        }
    }

    #[test]
    fn the_prefix_makes_no_method_similar() {
        let methods = ["on_close", "on_message", "on_open", "on_ping"];
        let table = [
            ("on_mesage", Some("on_message")),
            ("on_pnig", Some("on_ping")),
            ("onmessage", Some("on_message")),
            ("on_tick", None),
            ("on_foo", None),
        ];
        for (wrong, expected) in table {
            assert_eq!(similar_method(wrong, methods), expected, "{wrong}");
        }
    }

    #[test]
    fn slips() {
        let table = [
            ("mesage", "message", true),
            ("txt_message", "text_message", true),
            ("massages", "message", true),
            ("massager", "message", true),
            ("passages", "message", false),
            ("pnig", "ping", true),
            ("colse", "close", true),
            ("clone", "close", false),
            ("opens", "open", false),
            ("binary", "binary_message", false),
        ];
        for (wrong, name, expected) in table {
            assert_eq!(is_slip(wrong, name), expected, "{wrong}");
        }
    }

    #[test]
    fn lists_have_an_oxford_comma() {
        assert_eq!(list([]), "");
        assert_eq!(list(["a"]), "`a`");
        assert_eq!(list(["a", "b"]), "`a` and `b`");
        assert_eq!(list(["a", "b", "c"]), "`a`, `b`, and `c`");
    }
}
