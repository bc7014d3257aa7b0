//! PayFiP's web service for régies: SOAP 1.1 envelopes, document/literal. Each side of the conversation is written and read
//! here: what the portal asks, what the DGFiP answers.
//!
//! Only the operation is qualified, its fields are not; they are read by their local names, so that an answer which
//! qualifies them is read too.

use std::collections::BTreeMap;

use preau_rules::payment::{Facts, Heard};
use quick_xml::{Reader, escape::escape, events::Event};

/// Namespace of the operations.
pub const NAMESPACE: &str = "http://securite.service.tpa.cp.finances.gouv.fr/services/mas_securite/contrat_paiement_securise/PaiementSecuriseService";
/// Path of the service below the address of PayFiP.
pub const SERVICE: &str = "/tpa/services/securite";
/// Path of the page on which one pays.
pub const PAGE: &str = "/tpa/paiementws.web";
/// The longest message that is read, in bytes.
pub const LONGEST: usize = 64 * 1024;
/// The least that is paid online, in cents.
pub const LEAST: i64 = 100;
/// The most, in cents.
pub const MOST: i64 = 9_999_999;

/// A payment to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Year.
    pub year: i16,
    /// E-mail of the payer.
    pub email: String,
    /// Client, reference, amount and mode; no operation yet.
    pub facts: Facts,
    /// What it is for.
    pub subject: String,
    /// Where PayFiP notifies.
    pub notify: String,
    /// Where the browser comes back to.
    pub back: String,
}

/// An envelope.
fn envelope(operation: &str, root: &str, fields: &[(&str, &str)]) -> String {
    let mut body = String::new();
    for (name, value) in fields {
        body.extend(["<", name, ">", &escape(*value), "</", name, ">"]);
    }
    format!(
        "<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body><p:{operation} xmlns:p=\"{NAMESPACE}\"><{root}>{body}</{root}></p:{operation}></S:Body></S:Envelope>"
    )
}

/// Letters, digits and spaces, a hundred at most: what PayFiP takes for a subject.
#[must_use]
pub fn subject(text: &str) -> String {
    let kept = text
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == ' ');
    kept.take(100).collect()
}

/// Asks for an operation.
#[must_use]
pub fn create(order: &Order) -> String {
    let year = order.year.to_string();
    let facts = &order.facts;
    envelope(
        "creerPaiementSecurise",
        "arg0",
        &[
            ("exer", &year),
            ("mel", &order.email),
            ("montant", &facts.amount),
            ("numcli", &facts.client),
            ("objet", &subject(&order.subject)),
            ("refdet", &facts.reference),
            ("saisie", &facts.mode),
            ("urlnotif", &order.notify),
            ("urlredirect", &order.back),
        ],
    )
}

/// Asks what became of an operation.
#[must_use]
pub fn detail(operation: &str) -> String {
    envelope(
        "recupererDetailPaiementSecurise",
        "arg0",
        &[("idOp", operation)],
    )
}

/// Asks who a client is.
#[must_use]
pub fn client(number: &str) -> String {
    envelope("recupererDetailClient", "arg0", &[("numCli", number)])
}

/// Answers an operation, as the DGFiP does.
#[must_use]
pub fn answer(operation: &str, fields: &[(&str, &str)]) -> String {
    envelope(&format!("{operation}Response"), "return", fields)
}

/// Answers with a fault, as the DGFiP does.
#[must_use]
pub fn fault(code: &str, label: &str) -> String {
    let label = escape(label);
    format!(
        "<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body><S:Fault><faultcode>S:Server</faultcode><faultstring>fr.gouv.finances.cp.tpa.webservice.exceptions.FonctionnelleErreur</faultstring><detail><p:FonctionnelleErreur xmlns:p=\"{NAMESPACE}\"><code>{code}</code><descriptif/><libelle>{label}</libelle><severite>2</severite></p:FonctionnelleErreur></detail></S:Fault></S:Body></S:Envelope>"
    )
}

/// A message that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// What stands in the body: the operation, its answer, or `Fault`.
    pub operation: String,
    /// Its fields by local name.
    pub fields: BTreeMap<String, String>,
}

impl Message {
    /// A field, or nothing.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

/// Reads an envelope; nothing when it is none.
#[must_use]
pub fn read(xml: &str) -> Option<Message> {
    if xml.len() > LONGEST {
        return None;
    }
    let mut reader = Reader::from_str(xml);
    let mut message = Message::default();
    let mut open: Vec<String> = Vec::new();
    let mut text = String::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => {
                let name = tag.local_name().as_ref().to_owned();
                if open.last().is_some_and(|parent| parent == "Body") {
                    message.operation.clone_from(&name);
                }
                open.push(name);
                text.clear();
            }
            Event::Text(part) => text.push_str(&part.xml10_content()),
            Event::CData(part) => text.push_str(&part.xml10_content()),
            Event::GeneralRef(part) => match part.resolve_char_ref().ok()? {
                Some(letter) => text.push(letter),
                None => text.push_str(quick_xml::escape::resolve_predefined_entity(
                    &part.xml10_content(),
                )?),
            },
            Event::End(_) => {
                let name = open.pop()?;
                if !text.trim().is_empty() {
                    message.fields.insert(name, text.trim().to_owned());
                }
                text.clear();
            }
            Event::DocType(_) => return None,
            Event::Eof => break,
            _ => {}
        }
    }
    (open.is_empty() && !message.operation.is_empty()).then_some(message)
}

/// The number of the operation that was made, or why none was.
pub fn created(xml: &str) -> Result<String, Heard> {
    let message = read(xml).ok_or_else(unreadable)?;
    match (message.operation.as_str(), message.field("idOp")) {
        ("Fault", _) => Err(Heard::Fault(message.field("code").to_owned())),
        (_, "") => Err(unreadable()),
        (_, operation) => Ok(operation.to_owned()),
    }
}

/// What became of an operation.
#[must_use]
pub fn heard(xml: &str) -> Heard {
    let Some(message) = read(xml) else {
        return unreadable();
    };
    let field = |name: &str| message.field(name).to_owned();
    if message.operation == "Fault" {
        return Heard::Fault(field("code"));
    }
    if message.field("resultrans").is_empty() {
        return unreadable();
    }
    Heard::Result {
        code: field("resultrans"),
        authorisation: field("numauto"),
        facts: Box::new(Facts {
            operation: field("idOp"),
            client: field("numcli"),
            reference: field("refdet"),
            amount: field("montant"),
            mode: field("saisie"),
        }),
    }
}

fn unreadable() -> Heard {
    Heard::Silence("réponse illisible".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recorded by others from the real service, with its indents and its order.
    const PAID: &str = "<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\">\n  <S:Body>\n    <ns2:recupererDetailPaiementSecuriseResponse xmlns:ns2=\"http://securite.service.tpa.cp.finances.gouv.fr/services/mas_securite/contrat_paiement_securise/PaiementSecuriseService\">\n      <return>\n   <dattrans>12122019</dattrans><exer>20</exer><heurtrans>1311</heurtrans><idOp>cc0cb210-1cd4-11ea-8cca-0213ad91a103</idOp><mel>john.doe@example.com</mel><montant>1000</montant><numauto>112233445566-tip</numauto><numcli>090909</numcli><objet>coucou</objet><refdet>EFEFAEFG</refdet><resultrans>V</resultrans><saisie>T</saisie>\n </return>\n    </ns2:recupererDetailPaiementSecuriseResponse>\n  </S:Body>\n</S:Envelope>\n";

    #[test]
    fn a_recorded_answer_is_read() {
        let Heard::Result {
            code,
            authorisation,
            facts,
        } = heard(PAID)
        else {
            unreachable!("a result");
        };
        assert_eq!(
            (code.as_str(), authorisation.as_str()),
            ("V", "112233445566-tip")
        );
        assert_eq!(facts.amount, "1000");
        assert_eq!(facts.client, "090909");
    }

    #[test]
    fn a_fault_is_read_with_its_code_and_its_accents() {
        let xml = fault(
            "R3",
            "Le format du paramètre REFDET n’est pas conforme & <fin>",
        );
        assert_eq!(heard(&xml), Heard::Fault("R3".to_owned()));
        let message = read(&xml).unwrap_or_default();
        assert_eq!(
            message.field("libelle"),
            "Le format du paramètre REFDET n’est pas conforme & <fin>"
        );
        let numbered = xml.replace("paramètre", "param&#232;tre");
        assert_eq!(read(&numbered), Some(message));
    }

    #[test]
    fn what_is_asked_can_be_read_back() {
        let order = Order {
            year: 2026,
            email: "a&b@exemple.fr".to_owned(),
            facts: Facts {
                client: "090909".to_owned(),
                reference: "202600001".to_owned(),
                amount: "8460".to_owned(),
                mode: "T".to_owned(),
                ..Facts::default()
            },
            subject: "Facture d’été n° 1".to_owned(),
            notify: "https://portail.exemple/payfip".to_owned(),
            back: "https://portail.exemple/retour".to_owned(),
        };
        let message = read(&create(&order)).unwrap_or_default();
        assert_eq!(message.operation, "creerPaiementSecurise");
        assert_eq!(message.field("mel"), "a&b@exemple.fr");
        assert_eq!(message.field("montant"), "8460");
        assert!(
            message
                .field("objet")
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == ' ')
        );
    }

    #[test]
    fn what_is_no_answer_is_silence() {
        let bomb =
            "<!DOCTYPE a [<!ENTITY b \"c\">]><S:Envelope><S:Body><a>&b;</a></S:Body></S:Envelope>";
        let long = format!("{PAID}{}", " ".repeat(LONGEST));
        let half = PAID.get(..400).unwrap_or_default();
        for wrong in ["", "<html>500</html>", half, bomb, &long] {
            assert_eq!(heard(wrong), unreadable(), "{wrong}");
        }
        assert_eq!(created("<html/>"), Err(unreadable()));
    }
}
