//! The web service: three operations, with the checks of the real one.

use std::time::Duration;

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use preau_formats::payfip::{self, LEAST, MOST, Message};

use crate::{Operation, Service, Simulator};

fn xml(status: StatusCode, body: String) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "text/xml;charset=utf-8")],
        body,
    )
        .into_response()
}

pub(crate) async fn wsdl() -> Response {
    xml(
        StatusCode::OK,
        include_str!("../templates/service.wsdl").to_owned(),
    )
}

pub(crate) async fn answer(State(simulator): State<Simulator>, body: String) -> Response {
    let faults = simulator.state().faults;
    match faults.service {
        Service::Down => {
            return (StatusCode::INTERNAL_SERVER_ERROR, "<html>Erreur</html>").into_response();
        }
        Service::Garbled => return xml(StatusCode::OK, "<S:Envelope><S:Body><ret".to_owned()),
        Service::Slow => tokio::time::sleep(Duration::from_secs(20)).await,
        Service::Well => {}
    }
    let Some(message) = payfip::read(&body) else {
        return (StatusCode::BAD_REQUEST, "no envelope").into_response();
    };
    let answered = match message.operation.as_str() {
        "creerPaiementSecurise" => create(&simulator, message),
        "recupererDetailPaiementSecurise" => detail(&simulator, message.field("idOp")),
        "recupererDetailClient" => client(message.field("numCli")),
        _ => Err(("X0", "Opération inconnue")),
    };
    match answered {
        Ok(envelope) => xml(StatusCode::OK, envelope),
        Err((code, label)) => xml(
            StatusCode::INTERNAL_SERVER_ERROR,
            payfip::fault(code, label),
        ),
    }
}

type Answer = Result<String, (&'static str, &'static str)>;

fn digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| b.is_ascii_digit())
}

fn create(simulator: &Simulator, message: Message) -> Answer {
    let email = message.field("mel");
    if !(6..=80).contains(&email.len()) || !email.contains('@') {
        return Err(("A2", "L'adresse mel est incorrecte"));
    }
    let amount: i64 = message.field("montant").parse().unwrap_or(0);
    if amount < LEAST {
        return Err(("M3", "Le montant est inférieur au minimum"));
    }
    if amount > MOST {
        return Err(("M5", "Le montant est supérieur au maximum"));
    }
    let reference = message.field("refdet");
    if !(6..=30).contains(&reference.len()) || !reference.bytes().all(|b| b.is_ascii_alphanumeric())
    {
        return Err(("R3", "Le format du paramètre REFDET n'est pas conforme"));
    }
    if !digits(message.field("numcli"), 6) {
        return Err(("T1", "Le numéro de client n'est pas conforme"));
    }
    if !["T", "X", "W"].contains(&message.field("saisie")) {
        return Err(("S1", "Le mode de saisie n'est pas conforme"));
    }
    let operation = uuid::Uuid::new_v4().to_string();
    let envelope = payfip::answer("creerPaiementSecurise", &[("idOp", &operation)]);
    let one = Operation {
        fields: message.fields,
        result: None,
    };
    simulator.state().operations.insert(operation, one);
    Ok(envelope)
}

fn detail(simulator: &Simulator, operation: &str) -> Answer {
    let state = simulator.state();
    let one = state.operations.get(operation);
    let one = one.ok_or(("P1", "IdOp incorrect."))?;
    let result = one.result.as_ref();
    let result = result.ok_or(("P5", "Résultat de la transaction non connu."))?;
    let field = |name: &str| one.fields.get(name).map_or("", String::as_str);
    let paris = jiff::tz::TimeZone::get("Europe/Paris").unwrap_or(jiff::tz::TimeZone::UTC);
    let at = result.at.to_zoned(paris);
    let amount = if state.faults.other_amount {
        "100"
    } else {
        field("montant")
    };
    let (day, hour) = (
        at.strftime("%d%m%Y").to_string(),
        at.strftime("%H%M").to_string(),
    );
    let paid = matches!(result.code, "P" | "V");
    let mut fields = vec![
        ("dattrans", day.as_str()),
        ("exer", "20"),
        ("heurtrans", hour.as_str()),
        ("idOp", operation),
        ("mel", field("mel")),
        ("montant", amount),
    ];
    if paid {
        fields.push(("numauto", "112233"));
    }
    fields.extend([
        ("numcli", field("numcli")),
        ("objet", field("objet")),
        ("refdet", field("refdet")),
        ("resultrans", result.code),
        ("saisie", field("saisie")),
    ]);
    Ok(payfip::answer("recupererDetailPaiementSecurise", &fields))
}

fn client(number: &str) -> Answer {
    if !digits(number, 6) {
        return Err(("T1", "Le numéro de client est inconnu"));
    }
    Ok(payfip::answer(
        "recupererDetailClient",
        &[
            ("libelleN1", "REGIE DE DEMONSTRATION"),
            ("libelleN2", "SIMULATEUR PAYFIP"),
            ("numcli", number),
        ],
    ))
}
