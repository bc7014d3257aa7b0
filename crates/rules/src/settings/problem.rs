//! What is wrong or doubtful in settings, and where.

/// One step of the way to a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A key of a table.
    Key(String),
    /// A place in a list, from 0.
    Index(usize),
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// How grave it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The settings cannot be used.
    Error,
    /// They can, and somebody should look.
    Warning,
}

/// Something wrong or doubtful.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: the way to the key.
    pub path: Vec<Step>,
    /// How grave.
    pub level: Level,
    /// The sentence, in French.
    pub message: String,
}

impl Problem {
    /// `deadlines[2].book.at`, counted from 1 as people do.
    pub fn key(&self) -> String {
        self.path
            .iter()
            .fold(String::new(), |key, step| match step {
                Step::Key(name) if key.is_empty() => name.clone(),
                Step::Key(name) => format!("{key}.{name}"),
                Step::Index(index) => format!("{key}[{}]", index + 1),
            })
    }
}

/// Collects problems below a place in the file.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: Vec<Problem>,
    path: Vec<Step>,
}

impl Problems {
    /// Does something one step further down.
    pub(super) fn at<T>(&mut self, step: impl Into<Step>, then: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step.into());
        let done = then(self);
        self.path.pop();
        done
    }

    pub(super) fn error(&mut self, key: &str, message: impl Into<String>) {
        self.push(key, Level::Error, message.into());
    }

    pub(super) fn warning(&mut self, key: &str, message: impl Into<String>) {
        self.push(key, Level::Warning, message.into());
    }

    fn push(&mut self, key: &str, level: Level, message: String) {
        let mut path = self.path.clone();
        if !key.is_empty() {
            path.push(key.into());
        }
        self.found.push(Problem {
            path,
            level,
            message,
        });
    }

    pub(super) fn into_found(self) -> Vec<Problem> {
        self.found
    }
}
