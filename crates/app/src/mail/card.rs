//! What every mail says of the commune that sends it.

use serde::{Deserialize, Serialize};

/// The commune as it signs its mails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommuneCard {
    /// « Laigneville ».
    pub name: String,
    /// « Mairie de Laigneville ».
    pub town_hall_name: String,
    /// Postal address, a line each.
    pub address: Vec<String>,
    /// Telephone of the service.
    pub phone: Option<String>,
    /// When somebody answers there: « du lundi au vendredi, de 9 h à 12 h ».
    pub hours: Option<String>,
    /// The town hall's own web site.
    pub website: Option<String>,
    /// The text that the commune adds to all its notifications: plain text, blank lines between
    /// paragraphs; may be empty.
    pub notification_zone: String,
    /// The commune's colour, `#rrggbb`.
    pub accent: String,
    /// The portal's address without a slash at its end.
    pub portal_url: String,
}

impl CommuneCard {
    /// Where « Mes demandes » stands.
    pub fn requests_url(&self) -> String {
        format!("{}/espace-citoyen", self.portal_url.trim_end_matches('/'))
    }

    pub(super) fn phone(&self) -> Option<&str> {
        filled(self.phone.as_deref())
    }

    pub(super) fn hours(&self) -> Option<&str> {
        filled(self.hours.as_deref())
    }

    pub(super) fn website(&self) -> Option<&str> {
        filled(self.website.as_deref())
    }

    pub(super) fn address_lines(&self) -> impl Iterator<Item = &str> {
        self.address
            .iter()
            .map(|line| line.trim())
            .filter(|line| !line.is_empty())
    }

    /// A commune that does not exist, for previews and tests.
    pub fn sample() -> Self {
        Self {
            name: "Laigneville".to_owned(),
            town_hall_name: "Mairie de Laigneville".to_owned(),
            address: vec![
                "12 place de la République".to_owned(),
                "60290 Laigneville".to_owned(),
            ],
            phone: Some("03 44 00 00 00".to_owned()),
            hours: Some("du lundi au vendredi de 9 h à 12 h et de 14 h à 17 h".to_owned()),
            website: Some("https://www.laigneville.exemple.fr".to_owned()),
            notification_zone:
                "Le service Enfance est fermé le mercredi après-midi.\n\nLes menus du mois \
                sont sur https://www.laigneville.exemple.fr/menus."
                    .to_owned(),
            accent: "#12586a".to_owned(),
            portal_url: "https://portail.exemple.fr/laigneville".to_owned(),
        }
    }
}

fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// The commune's colour and the two that follow from it, as `#rrggbb`.
///
/// Whatever a commune chose, the button and the links stay legible (WCAG 2.2, 1.4.3: 4.5 to 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accent {
    fill: String,
    on_fill: &'static str,
    link: String,
}

const HOUSE: &str = "#12586a";
const INK: &str = "#1c2433";
const PAPER: &str = "#ffffff";
/// The ground of the notification zone, the darkest on which a link stands.
const ZONE: &str = "#fff4d3";

impl Accent {
    /// Reads a colour; anything but `#rrggbb` becomes the colour of the house, since it would end
    /// up in a style attribute.
    pub fn parse(text: &str) -> Self {
        let fill = if luminance(text).is_some() {
            text
        } else {
            HOUSE
        };
        Self {
            fill: fill.to_owned(),
            on_fill: if contrast(fill, PAPER) >= contrast(fill, INK) {
                PAPER
            } else {
                INK
            },
            link: if contrast(fill, ZONE) >= 4.5 {
                fill
            } else {
                INK
            }
            .to_owned(),
        }
    }

    pub(super) fn fill(&self) -> &str {
        &self.fill
    }

    pub(super) fn on_fill(&self) -> &str {
        self.on_fill
    }

    pub(super) fn link(&self) -> &str {
        &self.link
    }
}

fn contrast(one: &str, other: &str) -> f64 {
    let (Some(one), Some(other)) = (luminance(one), luminance(other)) else {
        return 1.0;
    };
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Relative luminance as WCAG defines it, 0 to 1.
fn luminance(text: &str) -> Option<f64> {
    let digits = text
        .strip_prefix('#')
        .filter(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let channel = |at: usize| {
        let value = u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()?;
        let value = f64::from(value) / 255.0;
        Some(if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        })
    };
    Some(0.2126 * channel(0)? + 0.7152 * channel(2)? + 0.0722 * channel(4)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_is_legible_in_any_colour() {
        let dark = Accent::parse("#12586a");
        assert_eq!((dark.on_fill(), dark.link()), (PAPER, "#12586a"));
        let yellow = Accent::parse("#ffd45c");
        assert_eq!((yellow.on_fill(), yellow.link()), (INK, INK));
        for red in (0..=255).step_by(51) {
            for green in (0..=255).step_by(51) {
                for blue in (0..=255).step_by(51) {
                    let accent = Accent::parse(&format!("#{red:02x}{green:02x}{blue:02x}"));
                    assert!(
                        contrast(accent.fill(), accent.on_fill()) > 3.9,
                        "{accent:?}"
                    );
                    assert!(contrast(accent.link(), ZONE) >= 4.5, "{accent:?}");
                }
            }
        }
    }

    #[test]
    fn a_colour_cannot_carry_a_style() {
        for text in [
            "red",
            "#fff",
            "#12586a;display:none",
            "\"><script>",
            "",
            "#+1+1+1",
            "#éééa",
        ] {
            assert_eq!(Accent::parse(text), Accent::parse(HOUSE), "{text}");
        }
    }
}
