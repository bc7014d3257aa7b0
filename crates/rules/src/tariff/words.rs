//! The words that a tariff tells cases apart by: "extérieur", "maternelle", "occasionnel", "PAI",
//! "journée", "non réservé".
//!
//! Most words belong to an axis, of which exactly one holds at a time (one lives in the commune or
//! outside of it); the others are options, which hold or not. A commune adds its own axes and options in
//! `[categories]`; a word that nobody declared is refused with the nearest one, so that a slip never
//! becomes a case that nobody is in.

/// Most words of one commune.
pub const MAX_WORDS: usize = 256;

/// A set of words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WordSet([u64; 4]);

impl WordSet {
    /// No word.
    pub const EMPTY: Self = Self([0; 4]);

    /// The same and one more.
    #[must_use]
    pub const fn with(mut self, word: Word) -> Self {
        self.0[word.0 as usize / 64] |= 1 << (word.0 % 64);
        self
    }

    /// The same without one.
    #[must_use]
    pub const fn without(mut self, word: Word) -> Self {
        self.0[word.0 as usize / 64] &= !(1 << (word.0 % 64));
        self
    }

    /// Whether it holds this word.
    pub const fn has(&self, word: Word) -> bool {
        self.0[word.0 as usize / 64] & (1 << (word.0 % 64)) != 0
    }

    /// Whether it holds all of those.
    pub fn has_all(&self, others: &Self) -> bool {
        self.0.iter().zip(others.0).all(|(a, b)| a & b == b)
    }

    /// Whether it holds one of those.
    pub fn has_any(&self, others: &Self) -> bool {
        self.0.iter().zip(others.0).any(|(a, b)| a & b != 0)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::EMPTY
    }

    /// The words of both.
    #[must_use]
    pub fn union(mut self, others: &Self) -> Self {
        for (mine, theirs) in self.0.iter_mut().zip(others.0) {
            *mine |= theirs;
        }
        self
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = Word> + '_ {
        (0..=u8::MAX).map(Word).filter(|word| self.has(*word))
    }
}

/// A word, by its number in the lexicon that knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(u8);

/// An axis: of its words exactly one holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    /// "résidence".
    pub name: String,
    /// In the order of the settings.
    pub words: Vec<Word>,
    /// What holds when nothing is said.
    pub default: Option<Word>,
    /// Words outside the axis that count as one of its words, whatever else is said: a pupil of the
    /// ULIS class pays as a resident.
    pub same: Vec<(Word, Word)>,
    /// Whether a tariff that speaks of one of its words need not have a price for the others.
    pub open: bool,
}

/// Why a word was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordError {
    /// Nobody declared it.
    #[error("le mot «\u{a0}{word}\u{a0}» n’est pas déclaré dans [categories]{}", .near.as_ref().map(|near| format!("\u{a0}; vouliez-vous écrire «\u{a0}{near}\u{a0}»\u{a0}?")).unwrap_or_default())]
    Unknown {
        /// As written.
        word: String,
        /// The nearest that is known.
        near: Option<String>,
    },
    /// Declared twice, on one axis or on two.
    #[error("le mot «\u{a0}{0}\u{a0}» est déclaré deux fois")]
    Twice(String),
    /// Two words of one axis at once.
    #[error("«\u{a0}{0}\u{a0}» et «\u{a0}{1}\u{a0}» s’excluent (axe «\u{a0}{2}\u{a0}»)")]
    Both(String, String, String),
    /// More than can be held.
    #[error("plus de 256 mots différents dans les tarifs")]
    TooMany,
    /// An empty word.
    #[error("un mot est vide")]
    Empty,
}

/// The words that a commune knows.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    words: Vec<String>,
    /// The same in lower case, as they are looked for.
    lower: Vec<String>,
    axes: Vec<Axis>,
}

impl Lexicon {
    /// Adds a word that holds or not; one that is known already stays what it is.
    pub fn option(&mut self, word: &str) -> Result<Word, WordError> {
        let word = word.trim();
        if word.is_empty() {
            return Err(WordError::Empty);
        }
        if let Some(known) = self.find(word) {
            return Ok(known);
        }
        let number = u8::try_from(self.words.len()).map_err(|_| WordError::TooMany)?;
        self.words.push(word.to_owned());
        self.lower.push(word.to_lowercase());
        Ok(Word(number))
    }

    /// Adds an axis, or replaces the one of that name.
    pub fn axis(
        &mut self,
        name: &str,
        words: &[String],
        default: Option<&str>,
        same: &[(String, String)],
    ) -> Result<(), WordError> {
        self.axes.retain(|axis| axis.name != name);
        let mut axis = Axis {
            name: name.to_owned(),
            words: Vec::new(),
            default: None,
            same: Vec::new(),
            open: false,
        };
        for text in words {
            let word = self.option(text)?;
            if self.axis_of(word).is_some() || axis.words.contains(&word) {
                return Err(WordError::Twice(text.clone()));
            }
            axis.words.push(word);
        }
        for (other, counts_as) in same {
            let other = self.option(other)?;
            axis.same.push((other, self.word(counts_as)?));
        }
        axis.default = default.map(|word| self.word(word)).transpose()?;
        self.axes.push(axis);
        Ok(())
    }

    /// Says that a tariff need not have a price for every word of an axis.
    pub fn leave_open(&mut self, name: &str) {
        for axis in self.axes.iter_mut().filter(|axis| axis.name == name) {
            axis.open = true;
        }
    }

    /// The word as declared; upper and lower case are the same.
    pub fn word(&self, text: &str) -> Result<Word, WordError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(WordError::Empty);
        }
        self.find(text).ok_or_else(|| WordError::Unknown {
            word: text.to_owned(),
            near: self.nearest(text),
        })
    }

    /// As declared.
    pub fn text(&self, word: Word) -> &str {
        self.words
            .get(usize::from(word.0))
            .map_or("?", String::as_str)
    }

    /// All words of a set, "maternelle, extérieur".
    pub fn list(&self, set: &WordSet) -> String {
        let words: Vec<&str> = set.iter().map(|word| self.text(word)).collect();
        words.join(", ")
    }

    /// All axes.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// The axis that a word is on.
    pub fn axis_of(&self, word: Word) -> Option<&Axis> {
        self.axes.iter().find(|axis| axis.words.contains(&word))
    }

    /// What holds for somebody of whom these words are said: what counts as a word of an axis
    /// does, then what is said, then the axis' default.
    pub fn resolve<S: AsRef<str>>(&self, said: &[S]) -> Result<WordSet, WordError> {
        let mut set = WordSet::EMPTY;
        for text in said {
            let word = self.word(text.as_ref())?;
            if let Some(axis) = self.axis_of(word)
                && let Some(other) = axis.words.iter().find(|w| **w != word && set.has(**w))
            {
                return Err(WordError::Both(
                    self.text(*other).to_owned(),
                    self.text(word).to_owned(),
                    axis.name.clone(),
                ));
            }
            set = set.with(word);
        }
        for axis in &self.axes {
            let same = axis.same.iter().find(|(other, _)| set.has(*other));
            if let Some((_, counts_as)) = same {
                set = self.replaced(set, *counts_as);
            } else if let Some(default) = axis.default
                && !axis.words.iter().any(|word| set.has(*word))
            {
                set = set.with(default);
            }
        }
        Ok(set)
    }

    /// The same people, but for one word, which takes the place of the others of its axis: an
    /// exception given to a family or a child.
    #[must_use]
    pub fn replaced(&self, mut set: WordSet, word: Word) -> WordSet {
        if let Some(axis) = self.axis_of(word) {
            for other in &axis.words {
                set = set.without(*other);
            }
        }
        set.with(word)
    }

    /// The word, if it is known.
    pub fn find(&self, text: &str) -> Option<Word> {
        let lower = text.to_lowercase();
        let at = self.lower.iter().position(|known| *known == lower)?;
        u8::try_from(at).ok().map(Word)
    }

    fn nearest(&self, text: &str) -> Option<String> {
        let lower = text.to_lowercase();
        (self.words.iter())
            .map(|known| (distance(&known.to_lowercase(), &lower), known))
            .filter(|(distance, known)| *distance * 3 <= known.chars().count())
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, known)| known.clone())
    }
}

/// How many letters to add, drop or change (Levenshtein).
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut corner = i;
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
        for (j, cb) in b.iter().enumerate() {
            let (Some(&left), Some(&up)) = (row.get(j), row.get(j + 1)) else {
                continue;
            };
            let best = (corner + usize::from(ca != *cb)).min(left + 1).min(up + 1);
            corner = up;
            if let Some(cell) = row.get_mut(j + 1) {
                *cell = best;
            }
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        let mut lexicon = Lexicon::default();
        let words = ["résident", "extérieur"].map(str::to_owned);
        let same = [("ULIS".to_owned(), "résident".to_owned())];
        lexicon
            .axis("residence", &words, Some("résident"), &same)
            .unwrap();
        let levels = ["maternelle", "élémentaire"].map(str::to_owned);
        lexicon.axis("level", &levels, None, &[]).unwrap();
        lexicon.option("PAI").unwrap();
        lexicon
    }

    #[test]
    fn nothing_said_is_the_default() {
        let lexicon = lexicon();
        let set = lexicon.resolve(&["pai"]).unwrap();
        assert_eq!(lexicon.list(&set), "résident, PAI");
    }

    #[test]
    fn a_pupil_of_the_ulis_class_from_elsewhere_pays_as_a_resident() {
        let lexicon = lexicon();
        let set = lexicon.resolve(&["extérieur", "ULIS"]).unwrap();
        assert_eq!(lexicon.list(&set), "résident, ULIS");
    }

    #[test]
    fn a_slip_is_refused_with_the_word_that_was_meant() {
        let error = lexicon().resolve(&["maternel"]).unwrap_err().to_string();
        assert!(error.contains("«\u{a0}maternelle\u{a0}»"), "{error}");
        let error = lexicon().resolve(&["trottinette"]).unwrap_err();
        assert!(matches!(error, WordError::Unknown { near: None, .. }));
    }

    #[test]
    fn nobody_is_in_both_levels() {
        let error = lexicon().resolve(&["maternelle", "élémentaire"]);
        assert!(matches!(error, Err(WordError::Both(..))));
    }

    #[test]
    fn an_exception_given_to_a_family_takes_the_place_of_its_category() {
        let lexicon = lexicon();
        let outside = lexicon.resolve(&["extérieur"]).unwrap();
        let granted = lexicon.replaced(outside, lexicon.word("résident").unwrap());
        assert_eq!(lexicon.list(&granted), "résident");
    }

    #[test]
    fn two_hundred_and_fifty_six_words_and_no_more() {
        let mut lexicon = Lexicon::default();
        for number in 0..MAX_WORDS {
            lexicon.option(&format!("mot {number}")).unwrap();
        }
        assert_eq!(lexicon.option("mot 255"), lexicon.word("mot 255"));
        assert_eq!(lexicon.option("de trop"), Err(WordError::TooMany));
    }
}
