//! 采纳 — how often people agreed with the rules behind a post, and with the machine on posts of the same wording.

use super::App;
use crate::model::{Adoption, Correction, Field, Label, PostId, opinions, rules_behind};
use crate::text::fingerprint::distance;
use anyhow::Result;
use serde::Serialize;
use std::collections::BTreeMap;

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
        let Some(judgement) = self.store.judgement(id)? else {
            return Ok(PostAdoption::default());
        };
        let mut rules = Vec::new();
        for field in Field::ALL {
            for rule in rules_behind(&judgement.machine, *field) {
                let adoption = self.store.adoption_of_rule(&rule, *field)?;
                if adoption.rate().is_some() {
                    rules.push(RuleAdoption {
                        rule,
                        field: *field,
                        adoption,
                    });
                }
            }
        }
        Ok(PostAdoption {
            rules,
            template: self.template_adoption(id)?,
        })
    }

    fn template_adoption(&self, id: PostId) -> Result<Vec<TemplateAdoption>> {
        let Some(own) = self.store.fingerprint(id)? else {
            return Ok(Vec::new());
        };
        let mut corrections = Vec::new();
        for (other, print) in self.store.corrected_fingerprints()? {
            if other != id && distance(own, print) <= TEMPLATE_BITS {
                corrections.extend(self.store.corrections_of(other)?);
            }
        }
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
