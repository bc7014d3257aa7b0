//! Families as agents keep them: found, registered, changed, shared, imported; and their codes.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that fails"
)]

use http::StatusCode;
use preau_app::family_import::{self, Kind};
use preau_rules::permission::RolePreset;
use preau_testkit::town::Town;

const LIST: &str = "/laigneville/agent/familles";

#[tokio::test]
async fn a_family_is_registered_found_and_changed() {
    let town = Town::new().await;
    let mut camille = town.agent("camille", RolePreset::Administrator).await;
    camille.get(LIST).await.sees("Aucune famille");
    camille.follow("Nouvelle famille").await;
    camille
        .fill("Nom de la famille", "  ")
        .press("Enregistrer")
        .await;
    assert_eq!(camille.status(), StatusCode::UNPROCESSABLE_ENTITY);
    camille
        .fill("Nom de la famille", "Lefèvre")
        .press("Enregistrer")
        .await;
    camille.sees("Famille Lefèvre").sees("F-00001");
    camille.follow("Ajouter un responsable").await;
    camille
        .fill("Prénom", "Élise")
        .fill("E-mail", "elise+portail@exemple.fr")
        .fill("Téléphone", "06 12 34 56 78")
        .press("Enregistrer")
        .await;
    camille.sees("Élise Lefèvre");
    camille.follow("Ajouter un enfant").await;
    for (born, why) in [
        ("1890-01-01", "Vérifiez l’année"),
        ("2027-01-01", "dans le futur"),
        ("<b>", "Ce n’est pas une date"),
        ("", "Indiquez la date de naissance"),
    ] {
        camille
            .fill("Prénom", "Léo")
            .fill("Date de naissance", born)
            .press("Enregistrer")
            .await;
        camille.sees(why);
    }
    camille
        .fill("Date de naissance", "2015-11-24")
        .press("Enregistrer")
        .await;
    camille.sees("24 novembre 2015 / 10 ans");
    for words in [
        "lefevre",
        "LÉO",
        "elise+portail@exemple.fr",
        "0612345678",
        "06.12.34.56.78",
        "F-00001",
    ] {
        camille.get(LIST).await;
        camille
            .fill("Nom, enfant, e-mail", words)
            .press("Chercher")
            .await
            .sees("Élise Lefèvre");
    }
    camille
        .fill("Nom, enfant, e-mail", "nobody")
        .press("Chercher")
        .await
        .sees("Aucune famille trouvée");
}

#[tokio::test]
async fn a_child_of_separated_parents_is_in_two_families() {
    let town = Town::new().await;
    let text = "famille_reference,nom_famille,enfant1_nom,enfant1_prenom,enfant1_naissance\nA,Durant,Durant,Zoé,01/01/2017\nB,Morel,,,\nC,Petit,,,\n";
    let checked = family_import::check(&town.system(), Kind::Families, text)
        .await
        .unwrap();
    family_import::write(&town.system(), checked.rows, &mut |_, _| {})
        .await
        .unwrap();
    let mut camille = town.agent("camille", RolePreset::Administrator).await;
    camille
        .get(LIST)
        .await
        .follow("Durant")
        .await
        .follow("Zoé Durant")
        .await;
    camille
        .fill("Numéro de l’autre famille", "X")
        .press("Ajouter à cette famille")
        .await;
    camille.sees("Aucune autre famille ne porte ce numéro");
    camille
        .fill("Numéro de l’autre famille", "B")
        .press("Ajouter à cette famille")
        .await;
    camille.sees("aussi dans Morel (B)");
    camille.follow("Zoé Durant").await;
    camille
        .fill("Numéro de l’autre famille", "C")
        .press("Ajouter à cette famille")
        .await;
    camille.sees("déjà dans deux familles");
    camille
        .press("Retirer de cette famille")
        .await
        .sees("est retirée de cette famille");
    camille
        .get(LIST)
        .await
        .follow("Morel")
        .await
        .sees("Zoé Durant");
}

#[tokio::test]
async fn an_import_lists_every_problem_and_writes_nothing_before_all_is_right() {
    let town = Town::new().await;
    let cx = town.system();
    let bad = "famille_reference;nom_famille;responsable1_nom;responsable1_prenom;responsable1_email;enfant1_nom;enfant1_prenom;enfant1_naissance;code_abonne
1;Durant;Durant;Léa;lea@;Durant;Zoé;01/01/1890;BLENFANCE-1-AA
1;;;;;;;;BLENFANCE-1-AA
;Petit;;;;;;;AB
";
    let checked = family_import::check(&cx, Kind::Families, bad)
        .await
        .unwrap();
    let lines: Vec<(u64, &str)> = checked
        .problems
        .iter()
        .map(|p| (p.line, p.column.as_str()))
        .collect();
    for expected in [
        (2, "responsable1_email"),
        (2, "enfant1_naissance"),
        (3, "nom_famille"),
        (3, "famille_reference"),
        (3, "code_abonne"),
        (4, "famille_reference"),
        (4, "code_abonne"),
    ] {
        assert!(lines.contains(&expected), "{expected:?} in {lines:?}");
    }
    for (text, why) in [("", "vide"), ("nom\nDurant\n", "Il manque des colonnes")] {
        let checked = family_import::check(&cx, Kind::Families, text)
            .await
            .unwrap();
        assert!(
            checked.problems[0].message.contains(why),
            "{:?}",
            checked.problems
        );
    }
    let mut camille = town.agent("camille", RolePreset::Administrator).await;
    let import = "/laigneville/agent/familles/import";
    camille
        .get(import)
        .await
        .attach("Fichier CSV", "familles.csv", bad.as_bytes().to_vec());
    camille
        .press("Vérifier le fichier")
        .await
        .sees("Rien n’a été importé")
        .sees("responsable1_email");
    // Windows-1252, as spreadsheets write it.
    let good = b"famille_reference;nom_famille\n1;Lef\xe8vre\n2;Petit\n".to_vec();
    camille
        .get(import)
        .await
        .attach("Fichier CSV", "familles.csv", good.clone());
    camille
        .press("Vérifier le fichier")
        .await
        .sees("2 lignes prêtes");
    camille
        .press("Importer")
        .await
        .sees("2 lignes importées")
        .sees("Lefèvre");
    camille
        .get(import)
        .await
        .attach("Fichier CSV", "familles.csv", good);
    camille
        .press("Vérifier le fichier")
        .await
        .sees("Tout est déjà là");
}

#[tokio::test]
async fn who_may_not_make_codes_does_not_bring_them_in_a_file_either() {
    let town = Town::new().await;
    let with_code = "famille_reference;nom_famille;code_abonne\n1;Durant;BLENFANCE-1-AAAAAA\n";
    let mut louis = town.agent("louis", RolePreset::Regisseur).await;
    louis.get("/laigneville/agent/familles/import").await;
    louis.attach("Fichier CSV", "familles.csv", with_code.as_bytes().to_vec());
    louis.press("Vérifier le fichier").await;
    assert_eq!(louis.status(), StatusCode::FORBIDDEN);
    louis.get("/laigneville/agent/familles/import").await;
    let without = b"famille_reference;nom_famille\n1;Durant\n".to_vec();
    louis.attach("Fichier CSV", "familles.csv", without);
    louis
        .press("Vérifier le fichier")
        .await
        .sees("1 ligne prête");
}

#[tokio::test]
async fn codes_are_made_printed_mailed_and_revoked() {
    let town = Town::new().await;
    let text = "famille_reference;nom_famille;responsable1_nom;responsable1_prenom;responsable1_email\n1;Durant;Durant;Léa;lea@exemple.fr\n2;Petit;;;\n";
    let checked = family_import::check(&town.system(), Kind::Families, text)
        .await
        .unwrap();
    family_import::write(&town.system(), checked.rows, &mut |_, _| {})
        .await
        .unwrap();
    let mut camille = town.agent("camille", RolePreset::Administrator).await;
    camille
        .get(LIST)
        .await
        .follow("Durant")
        .await
        .press("Créer un code")
        .await;
    camille.sees("LAI-").sees("valable");
    camille
        .press("Envoyer par e-mail")
        .await
        .sees("Le code part à lea@exemple.fr");
    let mail = town.mail_to("lea@exemple.fr").await;
    let code = mail
        .text
        .split_whitespace()
        .find(|w| w.starts_with("LAI-"))
        .unwrap()
        .to_owned();
    assert!(
        mail.text
            .contains(&format!("/laigneville/compte/creer?code={code}")),
        "{}",
        mail.text
    );
    camille
        .get(&format!("{LIST}?q={}", code.to_lowercase()))
        .await
        .sees("Léa Durant");
    camille
        .follow("Durant")
        .await
        .follow("Lettre à imprimer")
        .await
        .sees(&code);
    camille
        .get(LIST)
        .await
        .follow("Durant")
        .await
        .press("Révoquer")
        .await
        .sees("révoqué");

    camille.get("/laigneville/agent/codes/serie").await;
    camille
        .choose("Les familles de cette liste")
        .fill("Numéros de famille", "1\nnon")
        .press("Créer les codes")
        .await;
    camille.sees("Aucune famille ne porte ce numéro : non");
    camille
        .choose("Toutes les familles sans compte")
        .press("Créer les codes")
        .await;
    camille
        .sees("2 codes sont créés")
        .sees("Durant")
        .sees("Petit");
    camille
        .press("Envoyer toute la série par e-mail")
        .await
        .sees("Le code part par e-mail à 1 famille. Sans adresse e-mail : 1 famille");
    let before = town.mails().await.len();
    camille.get("/laigneville/agent/codes/serie").await;
    camille
        .press("Créer les codes")
        .await
        .sees("Aucun code n’est à créer");
    // The letters of a series are found again.
    camille.get("/laigneville/agent/codes/serie").await;
    camille.sees("2 codes, créés par Camille Durant");
    camille.follow("Série du").await;
    camille.sees("Petit").sees("Envoyer toute la série");
    assert_eq!(town.mails().await.len(), before);

    let mut animateur = town.agent("noe", RolePreset::Animateur).await;
    for path in [
        LIST,
        "/laigneville/agent/codes/serie",
        "/laigneville/agent/familles/import",
    ] {
        animateur.get(path).await;
        assert_eq!(animateur.status(), StatusCode::FORBIDDEN, "{path}");
    }
}
