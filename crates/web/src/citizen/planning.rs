//! Planning des activités, of the families that the caller is tied to.

use axum::extract::Path;

use crate::{
    call::{Call, Reply},
    params::Asked,
    planning::{self, Desk},
    posted::Submitted,
    routes::{Access, Routes},
};

pub(crate) fn routes(routes: Routes) -> Routes {
    let who = Access::Account;
    routes
        .get("/espace-famille/planning", who, show)
        .post("/espace-famille/planning/verification", who, verify)
        .post("/espace-famille/planning/enregistrer", who, save)
        .get("/espace-famille/planning/recu/{number}", who, receipt)
        .post("/espace-famille/planning/recu/{number}/annuler", who, undo)
        .get("/espace-famille/reservation", who, pattern)
        .post("/espace-famille/reservation", who, preview)
}

async fn show(call: Call, asked: Asked) -> Reply {
    planning::show(Desk::own(), call, asked).await
}

async fn verify(Submitted { call, form }: Submitted) -> Reply {
    planning::verify(Desk::own(), call, form).await
}

async fn save(Submitted { call, form }: Submitted) -> Reply {
    planning::save(Desk::own(), call, form).await
}

async fn receipt(call: Call, Path(number): Path<String>) -> Reply {
    planning::receipt(Desk::own(), call, &number).await
}

async fn undo(Path(number): Path<String>, Submitted { call, .. }: Submitted) -> Reply {
    planning::undo(Desk::own(), call, &number).await
}

async fn pattern(call: Call, asked: Asked) -> Reply {
    planning::pattern(Desk::own(), call, asked).await
}

async fn preview(Submitted { call, form }: Submitted) -> Reply {
    planning::preview(Desk::own(), call, form).await
}
