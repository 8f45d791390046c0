//! What is kept of the items of a request, encoded together: clients send the calls of one conversation after the other, each with all that
//! was said before.

use debrief_app::events::BodiesTogether;
use debrief_model::Draft;

/// Takes what is kept of each item, and gives it to their drafts.
pub(crate) struct Kept {
    bodies: BodiesTogether,
    /// The places of their drafts.
    drafts: Vec<usize>,
}

impl Kept {
    /// For so many items of an SDK's own API.
    pub(crate) fn new(items: usize) -> Self {
        Self { bodies: BodiesTogether::new(), drafts: Vec::with_capacity(items) }
    }

    /// For so many spans or log records.
    pub(crate) fn telemetry(items: usize) -> Self {
        Self { bodies: BodiesTogether::telemetry(), drafts: Vec::with_capacity(items) }
    }

    /// Takes what is kept of the item whose draft is, or will be, at this place.
    pub(crate) fn add(&mut self, draft: usize, text: &str) {
        self.bodies.add(text.as_bytes());
        self.drafts.push(draft);
    }

    /// Gives all drafts their bodies.
    pub(crate) fn give_to(self, drafts: &mut [Draft]) {
        for (draft, body) in self.drafts.into_iter().zip(self.bodies.finish()) {
            drafts[draft].facts.body = body;
        }
    }
}
