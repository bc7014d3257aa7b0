//! What one agent may do, and where.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::permission::Right;

/// Where a right holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// In the entire commune, sites that are opened later included.
    Everywhere,
    /// At these sites only; at none when empty.
    Sites(BTreeSet<Uuid>),
}

impl Scope {
    fn covers(&self, site: Option<Uuid>) -> bool {
        match (self, site) {
            (Self::Everywhere, _) => true,
            (Self::Sites(sites), Some(site)) => sites.contains(&site),
            (Self::Sites(_), None) => false,
        }
    }

    fn widen(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Everywhere, _) => {}
            (_, Self::Everywhere) => *self = Self::Everywhere,
            (Self::Sites(mine), Self::Sites(theirs)) => mine.extend(theirs),
        }
    }
}

/// All that one agent may do: the union of their roles, each with its scope.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants(BTreeMap<Right, Scope>);

impl Grants {
    /// Nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a role: these rights, in this scope.
    pub fn add(&mut self, rights: impl IntoIterator<Item = Right>, scope: &Scope) {
        for right in rights {
            self.0
                .entry(right)
                .and_modify(|held| held.widen(scope))
                .or_insert_with(|| scope.clone());
        }
    }

    /// The same, as an expression: `Grants::none().with(RolePreset::FrontDesk.rights().iter().copied(), &Scope::Everywhere)`.
    #[must_use]
    pub fn with(mut self, rights: impl IntoIterator<Item = Right>, scope: &Scope) -> Self {
        self.add(rights, scope);
        self
    }

    /// May they do this there? `site` is `None` for what belongs to no site (settings, agents, a
    /// request that names none): then a right limited to sites does not suffice.
    pub fn allows(&self, right: Right, site: Option<Uuid>) -> bool {
        self.0.get(&right).is_some_and(|scope| scope.covers(site))
    }

    /// Do they hold it at one site at least? For menus; each record asks [`Grants::allows`] again.
    pub fn allows_somewhere(&self, right: Right) -> bool {
        match self.0.get(&right) {
            Some(Scope::Everywhere) => true,
            Some(Scope::Sites(sites)) => !sites.is_empty(),
            None => false,
        }
    }

    /// Where they hold it, to filter a list; `None`: nowhere.
    pub fn scope(&self, right: Right) -> Option<&Scope> {
        self.0.get(&right)
    }

    /// Everything held.
    pub fn iter(&self) -> impl Iterator<Item = (Right, &Scope)> {
        self.0.iter().map(|(right, scope)| (*right, scope))
    }

    /// Is all of `other` held here? Who manages agents may not give what they do not hold.
    pub fn contains(&self, other: &Self) -> bool {
        other
            .iter()
            .all(|(right, scope)| match (self.0.get(&right), scope) {
                (Some(Scope::Everywhere), _) => true,
                (Some(Scope::Sites(mine)), Scope::Sites(theirs)) => theirs.is_subset(mine),
                (None, Scope::Sites(theirs)) => theirs.is_empty(),
                (_, Scope::Everywhere) => false,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::permission::RolePreset;
    use proptest::prelude::*;

    const NORTH: Uuid = Uuid::from_u128(1);
    const SOUTH: Uuid = Uuid::from_u128(2);

    fn at(sites: &[Uuid]) -> Scope {
        Scope::Sites(sites.iter().copied().collect())
    }

    fn preset(role: RolePreset, scope: &Scope) -> Grants {
        Grants::none().with(role.rights().iter().copied(), scope)
    }

    #[test]
    fn an_animateur_sees_the_children_of_their_site_and_no_money() {
        let grants = preset(RolePreset::Animateur, &at(&[NORTH]));
        assert!(grants.allows(Right::Attendance, Some(NORTH)));
        assert!(!grants.allows(Right::Attendance, Some(SOUTH)));
        assert!(!grants.allows(Right::Attendance, None));
        assert!(grants.allows_somewhere(Right::Health));
        assert!(!grants.allows_somewhere(Right::Billing));
        assert!(!grants.allows_somewhere(Right::Requests));
    }

    #[test]
    fn only_the_administrator_manages_agents_and_settings() {
        for role in RolePreset::ALL {
            let grants = preset(role, &Scope::Everywhere);
            let is_admin = role == RolePreset::Administrator;
            for right in [Right::Agents, Right::Roles, Right::PortalSettings] {
                assert_eq!(grants.allows(right, None), is_admin, "{role:?} {right:?}");
            }
        }
    }

    #[test]
    fn several_roles_add_up() {
        let grants = preset(RolePreset::Animateur, &at(&[NORTH]))
            .with([Right::Attendance], &at(&[SOUTH]))
            .with(
                RolePreset::FrontDesk.rights().iter().copied(),
                &Scope::Everywhere,
            );
        assert!(grants.allows(Right::Attendance, Some(SOUTH)));
        assert!(!grants.allows(Right::Health, Some(SOUTH)));
        assert!(grants.allows(Right::RequestsAnswer, None));
    }

    #[test]
    fn nobody_gives_what_they_do_not_hold() {
        let admin = preset(RolePreset::Administrator, &Scope::Everywhere);
        let north = preset(RolePreset::Administrator, &at(&[NORTH]));
        assert!(admin.contains(&north));
        assert!(!north.contains(&admin));
        assert!(!north.contains(&preset(RolePreset::Animateur, &at(&[SOUTH]))));
    }

    fn any_grants() -> impl Strategy<Value = Grants> {
        let scope = prop_oneof![
            Just(Scope::Everywhere),
            proptest::collection::btree_set((1u128..4).prop_map(Uuid::from_u128), 0..3)
                .prop_map(Scope::Sites),
        ];
        proptest::collection::vec((0..Right::ALL.len(), scope), 0..12).prop_map(|roles| {
            roles
                .into_iter()
                .fold(Grants::none(), |grants, (right, scope)| {
                    grants.with([Right::ALL[right]], &scope)
                })
        })
    }

    proptest! {
        #[test]
        fn a_union_allows_what_either_allows_and_no_more(a in any_grants(), b in any_grants(), right in 0..Right::ALL.len(), site in proptest::option::of((1u128..5).prop_map(Uuid::from_u128))) {
            let mut both = a.clone();
            for (right, scope) in b.iter() {
                both.add([right], scope);
            }
            let right = Right::ALL[right];
            prop_assert_eq!(both.allows(right, site), a.allows(right, site) || b.allows(right, site));
            prop_assert!(both.contains(&a) && both.contains(&b));
        }
    }
}
