//! What a model call costs: a price book, who is meant by a provider's and a model's name, and the working of each amount.
//!
//! Everything here is a pure function of a [`Book`] and a [`Call`]. Amounts are decimals from the text of the prices on; nothing is ever
//! a float. What has no price is [`Unpriced`] and never free.
//!
//! * [`book`] reads the book; one is built in.
//! * [`Book::import_litellm`] reads the list that LiteLLM publishes, [`Book::overlaid`] puts one's own prices in front.
//! * [`find`](Book::find) tells whose price of which model counts, [`aliases`] what else providers are called.
//! * [`working`] multiplies, and tells what by what.
//!
//! The prices and the rules that say how to read them are those of `genai-prices` 0.2.3 (`data/LICENSE-genai-prices.txt`): prices are a best
//! effort of that project, not a bill. The crate knows `model`. It must not know I/O, clocks, HTTP or vendors' wires.

pub mod aliases;
pub mod book;
mod clause;
mod find;
mod litellm;
mod price;
pub mod working;

pub use book::{Book, Origin, Unreadable};
pub use find::Entry;
pub use working::{Call, Line, Priced, Rate, Unpriced, Usage};
