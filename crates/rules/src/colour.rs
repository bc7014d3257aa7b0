//! The colour of a commune, and the theme made of it: readable whatever colour was chosen.
//!
//! Contrast is WCAG 2.1's ratio of relative luminances, as RGAA 4.1 criterion 3.2 asks: 4.5 at least
//! for text. Every pair of text and ground that the design uses is in [`Theme::text_pairs`], and a
//! property test goes through them for every colour.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The least ratio between a text and its ground.
pub const TEXT_RATIO: f64 = 4.5;
/// What the accent has in the dark, so that it shines a little and still can be read on a tint.
const LIT_RATIO: f64 = 6.0;

/// The ground of pages in daylight.
pub const PAPER: Colour = Colour(0xf8, 0xf5, 0xef);
/// The ground of cards in daylight.
pub const SURFACE: Colour = Colour(0xff, 0xff, 0xff);
/// Text in daylight.
pub const INK: Colour = Colour(0x1c, 0x24, 0x33);
/// Secondary text in daylight.
pub const MUTED: Colour = Colour(0x59, 0x60, 0x70);
/// The ground of pages in the dark.
pub const DARK_PAPER: Colour = Colour(0x14, 0x17, 0x1c);
/// The ground of cards in the dark.
pub const DARK_SURFACE: Colour = Colour(0x1d, 0x21, 0x28);
/// The ground of what stands out of a card in the dark: the lightest that text stands on there.
pub const DARK_RAISED: Colour = Colour(0x23, 0x28, 0x2f);
/// Text in the dark.
pub const DARK_INK: Colour = Colour(0xf1, 0xed, 0xe6);
/// Secondary text in the dark.
pub const DARK_MUTED: Colour = Colour(0xad, 0xb3, 0xbf);

const WHITE: Colour = Colour(0xff, 0xff, 0xff);
const BLACK: Colour = Colour(0, 0, 0);

/// What was typed is not a colour. The `Display` text is the French sentence for the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("Écrivez la couleur avec # et six chiffres ou lettres de a à f, par exemple #12586a.")]
pub struct BadColour;

/// Red, green and blue in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// Parses `#12586a`, `12586A` or `#abc`.
    pub fn parse(input: &str) -> Result<Self, BadColour> {
        let text = input.trim();
        let text = text.strip_prefix('#').unwrap_or(text);
        if !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(BadColour);
        }
        let channel = |at: usize, width: usize| {
            u8::from_str_radix(&text[at * width..(at + 1) * width], 16).map_err(|_| BadColour)
        };
        match text.len() {
            6 => Ok(Self(channel(0, 2)?, channel(1, 2)?, channel(2, 2)?)),
            3 => Ok(Self(
                channel(0, 1)? * 17,
                channel(1, 1)? * 17,
                channel(2, 1)? * 17,
            )),
            _ => Err(BadColour),
        }
    }

    /// WCAG's relative luminance, from 0 (black) to 1 (white).
    pub fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.040_45 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// WCAG's contrast ratio with another colour, from 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// `parts` of 256 towards another colour.
    fn towards(self, other: Self, parts: u16) -> Self {
        let mix = |a: u8, b: u8| {
            let sum = u32::from(a) * u32::from(256 - parts) + u32::from(b) * u32::from(parts);
            u8::try_from((sum + 128) / 256).unwrap_or(u8::MAX)
        };
        Self(
            mix(self.0, other.0),
            mix(self.1, other.1),
            mix(self.2, other.2),
        )
    }

    /// The first shade on the way to `end`, `from` parts of 256 on, that has this contrast with all
    /// these colours.
    fn until(self, end: Self, from: u16, ratio: f64, others: &[Self]) -> Self {
        (from..=256)
            .map(|parts| self.towards(end, parts))
            .find(|shade| others.iter().all(|other| shade.contrast(*other) >= ratio))
            .unwrap_or(end)
    }

    /// The same hue as a light that can be read in the dark.
    fn lit(self) -> Self {
        let strongest = u32::from(self.0.max(self.1).max(self.2)).max(1);
        let scale =
            |channel: u8| u8::try_from(u32::from(channel) * 208 / strongest).unwrap_or(u8::MAX);
        let bright = Self(scale(self.0), scale(self.1), scale(self.2));
        bright.until(
            WHITE,
            64,
            LIT_RATIO,
            &[DARK_PAPER, DARK_SURFACE, DARK_RAISED],
        )
    }
}

/// `#12586a`.
impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

impl TryFrom<String> for Colour {
    type Error = BadColour;
    fn try_from(text: String) -> Result<Self, BadColour> {
        Self::parse(&text)
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

/// A colour that is dark enough to be a commune's accent: it is read as a link on paper, and white
/// is read on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accent(Colour);

/// The colour is too light; the nearest darker shade of it is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[error("{asked} is too light: {ratio:.2} on paper, {TEXT_RATIO} needed; {proposed} would do")]
pub struct TooLight {
    /// What was chosen.
    pub asked: Colour,
    /// Its contrast with the page.
    pub ratio: f64,
    /// A shade that is dark enough.
    pub proposed: Colour,
    /// The contrast of that one.
    pub proposed_ratio: f64,
}

impl Accent {
    /// The colour of a commune that has chosen none.
    pub const DEFAULT: Self = Self(Colour(0x12, 0x58, 0x6a));

    /// Takes a colour as it is or proposes another.
    pub fn check(asked: Colour) -> Result<Self, TooLight> {
        let nearest = Self::nearest(asked);
        if nearest.0 == asked {
            return Ok(nearest);
        }
        Err(TooLight {
            asked,
            ratio: asked.contrast(PAPER),
            proposed: nearest.0,
            proposed_ratio: nearest.0.contrast(PAPER),
        })
    }

    /// The colour, darkened as little as needed.
    pub fn nearest(asked: Colour) -> Self {
        Self(asked.until(BLACK, 0, TEXT_RATIO, &[PAPER, SURFACE]))
    }

    /// The colour.
    pub const fn colour(self) -> Colour {
        self.0
    }
}

impl TooLight {
    /// The sentence beside the field, with the figures.
    pub fn message_fr(&self) -> String {
        format!(
            "La couleur {} est trop claire pour que l’on puisse lire\u{a0}: son contraste avec la page est de {} \
             pour\u{a0}1, il en faut au moins 4,5. Nous proposons {}, de la même teinte\u{a0}: {} pour\u{a0}1.",
            self.asked,
            figure(self.ratio),
            self.proposed,
            figure(self.proposed_ratio),
        )
    }
}

/// One decimal, rounded down, so that 4.47 is not shown as the 4,5 that it does not reach.
fn figure(ratio: f64) -> String {
    format!("{:.1}", (ratio * 10.0).floor() / 10.0).replace('.', ",")
}

/// The colours of one mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shades {
    /// Links, buttons, chosen cells.
    pub accent: Colour,
    /// The same, pointed at; text on `soft`.
    pub strong: Colour,
    /// A tint as a ground.
    pub soft: Colour,
    /// Text on `accent` and on `strong`.
    pub on_accent: Colour,
}

/// What a commune's colour becomes on its pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// By day.
    pub light: Shades,
    /// For who asked for dark pages.
    pub dark: Shades,
}

impl Theme {
    /// The theme of an accent.
    pub fn new(accent: Accent) -> Self {
        let accent = accent.colour();
        let soft = accent.until(WHITE, 225, TEXT_RATIO, &[accent, INK, MUTED]);
        let light = Shades {
            accent,
            strong: accent.until(BLACK, 61, TEXT_RATIO, &[PAPER, SURFACE, soft]),
            soft,
            on_accent: WHITE,
        };
        let lit = accent.lit();
        let tint = DARK_SURFACE.towards(accent, 64);
        let soft = tint.until(DARK_SURFACE, 0, TEXT_RATIO, &[lit, DARK_INK, DARK_MUTED]);
        let dark = Shades {
            accent: lit,
            strong: lit.towards(WHITE, 96),
            soft,
            on_accent: DARK_PAPER,
        };
        Self { light, dark }
    }

    /// The theme of any colour, darkened first where needed.
    pub fn of(colour: Colour) -> Self {
        Self::new(Accent::nearest(colour))
    }

    /// Every text and the ground that it stands on in the design. The menu bar is the accent under
    /// `on_accent` by day, the tint under ink by night.
    pub fn text_pairs(&self) -> [(Colour, Colour); 22] {
        let (day, night) = (self.light, self.dark);
        [
            (day.accent, PAPER),
            (day.accent, SURFACE),
            (day.accent, day.soft),
            (day.strong, PAPER),
            (day.strong, SURFACE),
            (day.strong, day.soft),
            (INK, day.soft),
            (MUTED, day.soft),
            (day.on_accent, day.accent),
            (day.on_accent, day.strong),
            (night.accent, DARK_PAPER),
            (night.accent, DARK_SURFACE),
            (night.accent, DARK_RAISED),
            (night.accent, night.soft),
            (night.strong, DARK_PAPER),
            (night.strong, DARK_SURFACE),
            (night.strong, DARK_RAISED),
            (night.strong, night.soft),
            (DARK_INK, night.soft),
            (DARK_MUTED, night.soft),
            (night.on_accent, night.accent),
            (night.on_accent, night.strong),
        ]
    }

    /// The custom properties, as a style sheet: only `#` colours, nothing that was typed.
    pub fn css(&self) -> String {
        format!(
            ":root{{{}}}\n@media (prefers-color-scheme: dark){{:root{{{}}}}}\n",
            properties(&self.light),
            properties(&self.dark),
        )
    }
}

fn properties(shades: &Shades) -> String {
    format!(
        "--accent:{};--accent-strong:{};--accent-soft:{};--on-accent:{}",
        shades.accent, shades.strong, shades.soft, shades.on_accent
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_colour_is_read_in_its_usual_writings() {
        for input in ["#12586a", "12586A", " #12586A "] {
            assert_eq!(Colour::parse(input).unwrap().to_string(), "#12586a");
        }
        assert_eq!(Colour::parse("#abc").unwrap().to_string(), "#aabbcc");
        for input in [
            "",
            "#",
            "#12",
            "bleu",
            "#12586g",
            "#12586a;}",
            "#éé",
            "+12345",
        ] {
            assert_eq!(Colour::parse(input), Err(BadColour), "{input:?}");
        }
    }

    #[test]
    fn the_ratios_are_those_of_wcag() {
        assert!((BLACK.contrast(WHITE) - 21.0).abs() < 1e-9);
        assert!((Colour(0x77, 0x77, 0x77).contrast(WHITE) - 4.48).abs() < 0.005);
        assert!((Colour(0x76, 0x76, 0x76).contrast(WHITE) - 4.54).abs() < 0.005);
    }

    #[test]
    fn the_colour_of_the_design_is_taken_as_it_is() {
        assert_eq!(Accent::check(Accent::DEFAULT.colour()), Ok(Accent::DEFAULT));
        insta::assert_snapshot!(Theme::new(Accent::DEFAULT).css(), @r"
        :root{--accent:#12586a;--accent-strong:#0e4351;--accent-soft:#e2ebed;--on-accent:#ffffff}
        @media (prefers-color-scheme: dark){:root{--accent:#5ac1dc;--accent-strong:#98d8e9;--accent-soft:#1a2f39;--on-accent:#14171c}}
        ");
    }

    #[test]
    fn a_light_colour_comes_back_darker_with_the_figures() {
        let error = Accent::check(Colour::parse("#ffd45c").unwrap()).unwrap_err();
        insta::assert_snapshot!(error.message_fr().replace('\u{a0}', " "), @"La couleur #ffd45c est trop claire pour que l’on puisse lire : son contraste avec la page est de 1,3 pour 1, il en faut au moins 4,5. Nous proposons #846e30, de la même teinte : 4,5 pour 1.");
        assert_eq!(
            Accent::check(error.proposed).map(Accent::colour),
            Ok(error.proposed)
        );
    }

    fn assert_readable(colour: Colour) {
        for (text, ground) in Theme::of(colour).text_pairs() {
            let ratio = text.contrast(ground);
            assert!(
                ratio >= TEXT_RATIO,
                "{colour}: {text} on {ground} has {ratio}"
            );
        }
    }

    #[test]
    fn the_corners_and_a_grid_between_them_are_readable() {
        let steps = || (0..=255u8).step_by(17);
        for (r, g) in steps().flat_map(|r| steps().map(move |g| (r, g))) {
            steps().for_each(|b| assert_readable(Colour(r, g, b)));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn every_colour_gives_a_readable_theme(r: u8, g: u8, b: u8) {
            assert_readable(Colour(r, g, b));
        }

        #[test]
        fn what_is_proposed_is_always_accepted(r: u8, g: u8, b: u8) {
            if let Err(error) = Accent::check(Colour(r, g, b)) {
                prop_assert!(error.ratio < TEXT_RATIO && error.proposed_ratio >= TEXT_RATIO);
                prop_assert!(Accent::check(error.proposed).is_ok());
            }
        }
    }
}
