//! 采纳 — how often people agreed with the rules behind a post, and with the machine on posts of the same wording.

use super::App;
use crate::model::{
    Adoption, Correction, Field, Label, PostId, adoption_by_rule, opinions, rules_behind,
};
use crate::text::fingerprint::distance;
use anyhow::Result;
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};

/// Texts of one template differ in few bits of their fingerprints; other texts in more than sixteen.
const TEMPLATE_BITS: u32 = 12;

/// What people thought of suggestions like those of one post.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PostAdoption {
    /// By rule that fired on the post.
    pub rules: Vec<RuleAdoption>,
    /// By field, on other posts of the same template.
    pub template: Vec<TemplateAdoption>,
}

/// 一条规则的采纳率.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleAdoption {
    /// Code of the rule.
    pub rule: String,
    /// What it decided.
    pub field: Field,
    /// How often people agreed.
    #[serde(flatten)]
    pub adoption: Adoption,
}

/// 同模板信息的采纳率.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TemplateAdoption {
    /// What was decided.
    pub field: Field,
    /// How often people agreed.
    #[serde(flatten)]
    pub adoption: Adoption,
    /// What people said instead, with how often.
    pub said: BTreeMap<String, u64>,
}

impl App {
    /// What people thought of suggestions like those of this post. Rules are never changed by it.
    ///
    /// # Errors
    /// The store refuses.
    pub fn adoption_of(&self, id: PostId) -> Result<PostAdoption> {
        let corrections = self.store.corrections()?;
        let Some(judgement) = self
            .store
            .judgement(id)?
            .filter(|_| !corrections.is_empty())
        else {
            return Ok(PostAdoption::default());
        };
        let counts = adoption_by_rule(&corrections);
        let fired = Field::ALL.iter().flat_map(|field| {
            let rules = rules_behind(&judgement.machine, *field);
            rules.into_iter().map(|rule| (rule, *field))
        });
        let rules = fired.filter_map(|(rule, field)| {
            let adoption = *counts.get(&(rule.clone(), field))?;
            Some(RuleAdoption {
                rule,
                field,
                adoption,
            })
        });
        Ok(PostAdoption {
            rules: rules.collect(),
            template: self.template_adoption(id, corrections)?,
        })
    }

    fn template_adoption(
        &self,
        id: PostId,
        mut corrections: Vec<Correction>,
    ) -> Result<Vec<TemplateAdoption>> {
        let Some(own) = self.store.fingerprint(id)? else {
            return Ok(Vec::new());
        };
        let corrected = self.store.corrected_fingerprints()?.into_iter();
        let alike: HashSet<PostId> = corrected
            .filter(|(other, print)| *other != id && distance(own, *print) <= TEMPLATE_BITS)
            .map(|(other, _)| other)
            .collect();
        corrections.retain(|correction| alike.contains(&correction.post));
        let mut counts: BTreeMap<Field, Adoption> = BTreeMap::new();
        for (field, agrees, _) in opinions(&corrections) {
            counts.entry(field).or_default().count(agrees);
        }
        let template = counts
            .into_iter()
            .map(|(field, adoption)| TemplateAdoption {
                field,
                adoption,
                said: said_instead(&corrections, field),
            });
        Ok(template.collect())
    }
}

/// What people said of a field where they disagreed.
fn said_instead(corrections: &[Correction], field: Field) -> BTreeMap<String, u64> {
    let mut said = BTreeMap::new();
    let is_other = |label: &Label, machine: &Label| !label.agrees(machine, field);
    for correction in corrections.iter().filter(|one| one.withdrawn.is_none()) {
        let Some(text) = correction.label.text(field) else {
            continue;
        };
        if is_other(&correction.label, &correction.machine) {
            *said.entry(text).or_default() += 1;
        }
    }
    said
}
