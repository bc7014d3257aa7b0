//! The ranks of the children of a family: among those who are enrolled, among those who are present
//! at the same time.

use jiff::civil::Date;

use super::facts::Facts;
use super::measure::Measure;

/// A child of a family, for one activity and one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sibling {
    /// Day of birth; twins rank in the order in which they are given.
    pub born: Date,
    /// Enrolled in what the commune counts.
    pub enrolled: bool,
    /// Present at the moment that is priced.
    pub present: bool,
}

/// Where a child stands. A child who is not counted has rank 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// From the eldest, among the enrolled.
    pub rank: i64,
    /// From the eldest, among those present.
    pub rank_present: i64,
    /// How many are enrolled.
    pub enrolled: i64,
    /// How many are present.
    pub present: i64,
}

/// The standing of each child, in the order given.
pub fn standings(children: &[Sibling]) -> Vec<Standing> {
    let count = |kept: fn(&Sibling) -> bool| -> i64 {
        children
            .iter()
            .fold(0, |sum, child| sum + i64::from(kept(child)))
    };
    let rank = |at: usize, child: &Sibling, kept: fn(&Sibling) -> bool| -> i64 {
        if !kept(child) {
            return 0;
        }
        let before = children
            .iter()
            .enumerate()
            .filter(|(other, sibling)| kept(sibling) && (sibling.born, *other) <= (child.born, at));
        before.fold(0, |rank, _| rank + 1)
    };
    let standing = |(at, child): (usize, &Sibling)| Standing {
        rank: rank(at, child, |sibling| sibling.enrolled),
        rank_present: rank(at, child, |sibling| sibling.present),
        enrolled: count(|sibling| sibling.enrolled),
        present: count(|sibling| sibling.present),
    };
    children.iter().enumerate().map(standing).collect()
}

impl Standing {
    /// Puts the ranks and numbers into the facts of a price.
    pub fn tell(&self, facts: &mut Facts) {
        facts.set(Measure::Rank, self.rank.max(1));
        facts.set(Measure::RankPresent, self.rank_present.max(1));
        facts.set(Measure::Children, self.enrolled.max(1));
        facts.set(Measure::ChildrenPresent, self.present.max(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn child(year: i16, enrolled: bool, present: bool) -> Sibling {
        Sibling {
            born: date(year, 5, 4),
            enrolled,
            present,
        }
    }

    #[test]
    fn the_eldest_is_at_college_and_the_second_is_ill() {
        let family = [
            child(2021, true, true),
            child(2013, false, false),
            child(2016, true, false),
            child(2018, true, true),
        ];
        let ranks: Vec<_> = (standings(&family).iter())
            .map(|standing| (standing.rank, standing.rank_present))
            .collect();
        assert_eq!(ranks, [(3, 2), (0, 0), (1, 0), (2, 1)]);
        assert_eq!(standings(&family)[0].enrolled, 3);
    }

    #[test]
    fn twins_have_two_ranks() {
        let twins = [child(2018, true, true), child(2018, true, true)];
        let ranks: Vec<_> = standings(&twins).iter().map(|s| s.rank).collect();
        assert_eq!(ranks, [1, 2]);
    }

    proptest! {
        #[test]
        fn ranks_do_not_depend_on_the_order_of_the_file(years in prop::collection::hash_set(2010_i16..2024, 1..6), flags in prop::collection::vec((any::<bool>(), any::<bool>()), 6)) {
            let family: Vec<_> = years.iter().zip(&flags).map(|(year, (enrolled, present))| child(*year, *enrolled, *present)).collect();
            let mut turned = family.clone();
            turned.reverse();
            let mut other = standings(&turned);
            other.reverse();
            prop_assert_eq!(standings(&family), other);
            let mut ranks: Vec<_> = standings(&family).iter().map(|s| s.rank).filter(|rank| *rank > 0).collect();
            ranks.sort_unstable();
            let counted = i64::try_from(ranks.len()).unwrap();
            prop_assert_eq!(ranks, (1..=counted).collect::<Vec<_>>());
        }
    }
}
