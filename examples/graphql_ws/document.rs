//! The little of GraphQL's language that the stand-in reads: one operation, its variables, and fields with arguments, but without
//! selections of their own.
//!
//! ```text
//!   document   ::= [("query" | "mutation" | "subscription") [NAME] ["(" variable+ ")"]] "{" field+ "}"
//!   variable   ::= "$" NAME ":" NAME ["!"]
//!   field      ::= NAME ["(" (NAME ":" (INTEGER | "$" NAME))+ ")"]
//! ```

/// What a document asks for.
pub(crate) struct Operation<'a> {
    pub(crate) kind: Kind,
    pub(crate) name: Option<&'a str>,
    /// Their names.
    pub(crate) variables: Vec<&'a str>,
    pub(crate) fields: Vec<Field<'a>>,
}

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Mutation,
    Query,
    Subscription,
}

pub(crate) struct Field<'a> {
    pub(crate) name: &'a str,
    pub(crate) arguments: Vec<(&'a str, Argument<'a>)>,
}

#[derive(Clone, Copy)]
pub(crate) enum Argument<'a> {
    Integer(i64),
    Variable(&'a str),
}

/// Reads a document.
///
/// # Errors
/// What is not understood.
pub(crate) fn parse(text: &str) -> Result<Operation<'_>, String> {
    let mut parser = Parser { rest: text };
    let operation = parser.operation()?;
    match parser.next() {
        "" => Ok(operation),
        token => Err(unexpected(token)),
    }
}

/// What is still to be read.
struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn operation(&mut self) -> Result<Operation<'a>, String> {
        let mut operation = Operation { kind: Kind::Query, name: None, variables: Vec::new(), fields: Vec::new() };
        if self.peek() != "{" {
            operation.kind = match self.next() {
                "mutation" => Kind::Mutation,
                "query" => Kind::Query,
                "subscription" => Kind::Subscription,
                token => return Err(unexpected(token)),
            };
            operation.name = is_name(self.peek()).then(|| self.next());
            if self.takes("(") {
                operation.variables = self.until(")", Self::variable)?;
            }
        }
        self.expect("{")?;
        operation.fields = self.until("}", Self::field)?;
        Ok(operation)
    }

    fn variable(&mut self) -> Result<&'a str, String> {
        self.expect("$")?;
        let name = self.name()?;
        self.expect(":")?;
        self.name()?;
        self.takes("!");
        Ok(name)
    }

    fn field(&mut self) -> Result<Field<'a>, String> {
        let name = self.name()?;
        let arguments = if self.takes("(") { self.until(")", Self::argument)? } else { Vec::new() };
        Ok(Field { name, arguments })
    }

    fn argument(&mut self) -> Result<(&'a str, Argument<'a>), String> {
        let name = self.name()?;
        self.expect(":")?;
        if self.takes("$") {
            return Ok((name, Argument::Variable(self.name()?)));
        }
        let token = self.next();
        let value = token.parse().map_err(|_| unexpected(token))?;
        Ok((name, Argument::Integer(value)))
    }

    /// One or more of something, and the token behind them.
    fn until<T>(&mut self, end: &str, read: impl Fn(&mut Self) -> Result<T, String>) -> Result<Vec<T>, String> {
        let mut all = vec![read(self)?];
        while !self.takes(end) {
            all.push(read(self)?);
        }
        Ok(all)
    }

    fn name(&mut self) -> Result<&'a str, String> {
        let token = self.next();
        if is_name(token) { Ok(token) } else { Err(unexpected(token)) }
    }

    fn expect(&mut self, expected: &str) -> Result<(), String> {
        let token = self.next();
        if token == expected { Ok(()) } else { Err(unexpected(token)) }
    }

    /// Whether this is the next token, which is read then.
    fn takes(&mut self, expected: &str) -> bool {
        let is_next = self.peek() == expected;
        if is_next {
            self.next();
        }
        is_next
    }

    fn next(&mut self) -> &'a str {
        let token = self.peek();
        self.rest = &self.rest[token.len()..];
        token
    }

    /// The next token: a word, a number, or any other character. Nothing at the end.
    fn peek(&mut self) -> &'a str {
        self.rest = self.rest.trim_start_matches(is_ignored);
        while self.rest.starts_with('#') {
            let (_, behind) = self.rest.split_once('\n').unwrap_or_default();
            self.rest = behind.trim_start_matches(is_ignored);
        }
        let first = self.rest.chars().next().map_or(0, char::len_utf8);
        if !self.rest.starts_with(|char| char == '-' || is_word(char)) {
            return &self.rest[..first];
        }
        let length = self.rest[first..].find(|char| !is_word(char));
        length.map_or(self.rest, |length| &self.rest[..first + length])
    }
}

fn is_ignored(char: char) -> bool {
    char.is_ascii_whitespace() || char == ','
}

fn is_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_'
}

fn is_name(token: &str) -> bool {
    token.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
}

fn unexpected(token: &str) -> String {
    let token = if token.is_empty() { "<EOF>" } else { token };
    format!("Syntax Error: Unexpected \"{token}\".")
}
